//! The arithmetic of a step beside its product: loops that the compiler vectorises, row by row while the row is in the cache.

use crate::kernels::maps::maths::{MulAdd, Real, sigmoid, tanh};

/// From the sums in `gates`, `[rows, 4h]`, and the cells before the step: the gates, the cells and the hidden states after it.
#[inline(always)]
pub(super) fn step<M: MulAdd, T: Real>(
    units: usize,
    before: &[T],
    gates: &mut [T],
    cells: &mut [T],
    hiddens: &mut [T],
) {
    let states = cells
        .chunks_exact_mut(units)
        .zip(hiddens.chunks_exact_mut(units));
    let rows = gates
        .chunks_exact_mut(4 * units)
        .zip(before.chunks_exact(units));
    for ((gates, before), (cell, hidden)) in rows.zip(states) {
        let (open, candidate) = gates.split_at_mut(3 * units);
        for gate in open.iter_mut() {
            *gate = sigmoid::<M, T>(*gate);
        }
        for g in candidate.iter_mut() {
            *g = tanh::<M, T>(*g);
        }
        let (i, rest) = open.split_at(units);
        let (f, o) = rest.split_at(units);
        let (i, f, o, g) = (&i[..units], &f[..units], &o[..units], &candidate[..units]);
        let (before, cell, hidden) = (&before[..units], &mut cell[..units], &mut hidden[..units]);
        for j in 0..units {
            let c = T::mul_add::<M>(f[j], before[j], i[j] * g[j]);
            cell[j] = c;
            hidden[j] = o[j] * tanh::<M, T>(c);
        }
    }
}

/// What a step left behind: the cells before it, its gates and cells.
pub(super) struct Kept<'a, T> {
    pub before: &'a [T],
    pub gates: &'a [T],
    pub cells: &'a [T],
}

/// From the gradients of the hidden states after a step, `grad_hiddens + carried`, and of the cells after it: those of the
/// sums, and in place those of the cells before it.
#[inline(always)]
pub(super) fn step_grad<M: MulAdd, T: Real>(
    units: usize,
    kept: Kept<'_, T>,
    grad_hiddens: &[T],
    carried: &[T],
    grad_cells: &mut [T],
    grad_sums: &mut [T],
) {
    let one = T::of(1.0);
    for row in 0..grad_cells.len() / units {
        let at = row * units;
        let gates = &kept.gates[4 * at..][..4 * units];
        let (i, rest) = gates.split_at(units);
        let (f, rest) = rest.split_at(units);
        let (o, g) = rest.split_at(units);
        let (i, f, o, g) = (&i[..units], &f[..units], &o[..units], &g[..units]);
        let (before, cell) = (&kept.before[at..][..units], &kept.cells[at..][..units]);
        let (grad_hidden, carried) = (&grad_hiddens[at..][..units], &carried[at..][..units]);
        let grad_cell = &mut grad_cells[at..][..units];
        let (di, rest) = grad_sums[4 * at..][..4 * units].split_at_mut(units);
        let (df, rest) = rest.split_at_mut(units);
        let (d_o, dg) = rest.split_at_mut(units);
        let (di, df) = (&mut di[..units], &mut df[..units]);
        let (d_o, dg) = (&mut d_o[..units], &mut dg[..units]);
        for j in 0..units {
            let dh = grad_hidden[j] + carried[j];
            let tanh = tanh::<M, T>(cell[j]);
            let dc = T::mul_add::<M>(dh * o[j], one - tanh * tanh, grad_cell[j]);
            di[j] = dc * g[j] * (i[j] * (one - i[j]));
            df[j] = dc * before[j] * (f[j] * (one - f[j]));
            d_o[j] = dh * tanh * (o[j] * (one - o[j]));
            dg[j] = dc * i[j] * (one - g[j] * g[j]);
            grad_cell[j] = dc * f[j];
        }
    }
}
