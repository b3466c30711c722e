//! Long short-term memory over a sequence, element by element (Hochreiter and Schmidhuber, 1997; Gers et al., 2000).

use crate::Float;
use crate::kernels::lstm::{Backward, Forward, Sizes};

fn sigmoid<T: Float>(x: T) -> T {
    let one = T::one();
    if x.primal() >= 0.0 {
        one / (one + (-x).exp())
    } else {
        x.exp() / (one + x.exp())
    }
}

/// With a = (what is in gates) + h⁻·U, i, f, o = σ(a), g = tanh(a): c = f·c⁻ + i·g and h = o·tanh c, step after step.
pub fn forward<T: Float>(sizes: Sizes, run: Forward<'_, T>) {
    let Sizes { steps, rows, units } = sizes;
    for t in 0..steps {
        for row in 0..rows {
            let now = t * rows + row;
            let before = |states: &[T], start: &[T], j: usize| match t {
                0 => start[row * units + j],
                _ => states[(now - rows) * units + j],
            };
            let gates = &mut run.gates[now * 4 * units..][..4 * units];
            for (column, gate) in gates.iter_mut().enumerate() {
                for k in 0..units {
                    *gate +=
                        before(run.hiddens, run.hidden, k) * run.recurrent_weight.get(k, column);
                }
                *gate = match column < 3 * units {
                    true => sigmoid(*gate),
                    false => gate.tanh(),
                };
            }
            for j in 0..units {
                let [i, f, o, g] = [0, 1, 2, 3].map(|gate| gates[gate * units + j]);
                let cell = f * before(run.cells, run.cell, j) + i * g;
                run.cells[now * units + j] = cell;
                run.hiddens[now * units + j] = o * cell.tanh();
            }
        }
    }
}

/// The gradients of [`forward`], from the last step to the first: with dh that of h and dc that of c, from the steps behind,
/// dc ← dc + dh·o·(1 − tanh² c), and of the sums a: dc·g·i(1 − i), dc·c⁻·f(1 − f), dh·tanh c·o(1 − o), dc·i·(1 − g²); then dh ← da·Uᵀ, dc ← dc·f.
pub fn backward<T: Float>(sizes: Sizes, run: Backward<'_, T>) {
    let Sizes { steps, rows, units } = sizes;
    let one = T::one();
    for row in 0..rows {
        let mut carried = vec![T::ZERO; units];
        let grad_cell = &mut run.grad_cell[row * units..][..units];
        for t in (0..steps).rev() {
            let now = t * rows + row;
            let gates = &run.gates[now * 4 * units..][..4 * units];
            let sums = &mut run.grad_sums[now * 4 * units..][..4 * units];
            for j in 0..units {
                let [i, f, o, g] = [0, 1, 2, 3].map(|gate| gates[gate * units + j]);
                let before = match t {
                    0 => run.cell[row * units + j],
                    _ => run.cells[(now - rows) * units + j],
                };
                let dh = run.grad_hiddens[now * units + j] + carried[j];
                let tanh = run.cells[now * units + j].tanh();
                let dc = grad_cell[j] + dh * o * (one - tanh * tanh);
                sums[j] = dc * g * i * (one - i);
                sums[units + j] = dc * before * f * (one - f);
                sums[2 * units + j] = dh * tanh * o * (one - o);
                sums[3 * units + j] = dc * i * (one - g * g);
                grad_cell[j] = dc * f;
            }
            for (k, carried) in carried.iter_mut().enumerate() {
                let terms = sums.iter().enumerate();
                *carried = terms.fold(T::ZERO, |sum, (column, &da)| {
                    sum + da * run.recurrent_weight.get(k, column)
                });
            }
        }
        run.grad_hidden[row * units..][..units].copy_from_slice(&carried);
    }
}
