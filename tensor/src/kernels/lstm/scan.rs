//! The way over the steps, each task with rows of its own.

use super::loops::{self, Kept};
use super::{Backward, Forward, Sizes};
use crate::kernels::dispatch::at_every_level;
use crate::kernels::maps::maths::Real;
use crate::kernels::parallel::{self, Work};
use crate::kernels::product::packed::Packed;
use crate::kernels::product::{Fast, tile::piece};
use crate::kernels::shared::Shared;

/// The fewest rows of a task: below, more of the micro-kernel's tile would lie idle than another thread is worth.
const ROWS: usize = 12;
/// The most tasks.
const TASKS: usize = 16;

impl Sizes {
    /// How many tasks the rows are cut into: a power of two, from the rows alone.
    fn tasks(self) -> usize {
        let most = (self.rows / ROWS).clamp(1, TASKS);
        1 << most.ilog2()
    }

    /// What a run takes on one thread.
    fn work<T>(self) -> Work {
        let products = self.units * 4 * self.units;
        let nanoseconds =
            (0.0045 * products as f64 + 1.5 * self.units as f64) * size_of::<T>() as f64;
        Work::per_element(self.steps * self.rows, nanoseconds)
    }
}

/// The rows of one task in sequences that all tasks share.
#[derive(Clone, Copy)]
struct Rows {
    sizes: Sizes,
    top: usize,
    count: usize,
}

impl Rows {
    /// Where the rows of step `t` lie in a sequence of so many blocks of `h` columns: start and length.
    fn at(self, t: usize, blocks: usize) -> (usize, usize) {
        let width = blocks * self.sizes.units;
        ((t * self.sizes.rows + self.top) * width, self.count * width)
    }

    /// The rows in a sequence, or in a state if `t` is 0.
    fn of<T>(self, sequence: &[T], t: usize, blocks: usize) -> &[T] {
        let (start, length) = self.at(t, blocks);
        &sequence[start..][..length]
    }

    /// The rows in a sequence that is being written.
    ///
    /// # Safety
    ///
    /// The sequence is as long as the sizes say, `t` is one of its steps, and no other reference to these rows is alive.
    #[allow(clippy::mut_from_ref)] // that no other reference is alive is the caller's promise
    unsafe fn of_shared<T>(self, sequence: &Shared<T>, t: usize, blocks: usize) -> &mut [T] {
        let (start, length) = self.at(t, blocks);
        // SAFETY: the caller's promise.
        unsafe { std::slice::from_raw_parts_mut(sequence.at(start), length) }
    }
}

/// [`LstmKernels::lstm`](super::LstmKernels::lstm), fast.
pub(super) fn forward<T: Fast + Real>(sizes: Sizes, run: Forward<'_, T>) {
    if sizes.units == 0 {
        return;
    }
    let weight = Packed::new(run.recurrent_weight);
    let (gates, cells) = (Shared::new(run.gates), Shared::new(run.cells));
    let hiddens = Shared::new(run.hiddens);
    let tasks = sizes.tasks();
    parallel::for_each(tasks, sizes.work::<T>(), |task| {
        let (top, count) = piece(sizes.rows, tasks, task);
        let rows = Rows { sizes, top, count };
        let (mut hidden_before, mut before) = (rows.of(run.hidden, 0, 1), rows.of(run.cell, 0, 1));
        for t in 0..sizes.steps {
            // SAFETY: `check` has compared the lengths with the sizes, no other task has these rows, and the references of the
            // step before to its own rows don't reach into this step's.
            let (gates, cells, hiddens) = unsafe {
                (
                    rows.of_shared(&gates, t, 4),
                    rows.of_shared(&cells, t, 1),
                    rows.of_shared(&hiddens, t, 1),
                )
            };
            weight.product(hidden_before, true, gates);
            step(sizes.units, before, gates, cells, hiddens);
            (hidden_before, before) = (hiddens, cells);
        }
    });
}

/// [`LstmKernels::lstm_grad`](super::LstmKernels::lstm_grad), fast.
pub(super) fn backward<T: Fast + Real>(sizes: Sizes, run: Backward<'_, T>) {
    let Sizes { steps, units, .. } = sizes;
    if units == 0 {
        return;
    }
    let weight = Packed::new(run.recurrent_weight.t());
    let (grad_sums, grad_cell) = (Shared::new(run.grad_sums), Shared::new(run.grad_cell));
    let grad_hidden = Shared::new(run.grad_hidden);
    let tasks = sizes.tasks();
    parallel::for_each(tasks, sizes.work::<T>(), |task| {
        let (top, count) = piece(sizes.rows, tasks, task);
        let rows = Rows { sizes, top, count };
        // SAFETY: `check` has compared the lengths with the sizes, and no other task has these rows.
        let (carried, grad_cell) = unsafe {
            (
                rows.of_shared(&grad_hidden, 0, 1),
                rows.of_shared(&grad_cell, 0, 1),
            )
        };
        carried.fill(T::ZERO);
        for t in (0..steps).rev() {
            // SAFETY: as above; it is the only reference into this step's rows.
            let grad_sums = unsafe { rows.of_shared(&grad_sums, t, 4) };
            let kept = Kept {
                before: match t {
                    0 => rows.of(run.cell, 0, 1),
                    _ => rows.of(run.cells, t - 1, 1),
                },
                gates: rows.of(run.gates, t, 4),
                cells: rows.of(run.cells, t, 1),
            };
            let grad_hiddens = rows.of(run.grad_hiddens, t, 1);
            step_grad(units, kept, grad_hiddens, carried, grad_cell, grad_sums);
            weight.product(grad_sums, false, carried);
        }
    });
}

at_every_level! {
    /// The arithmetic of a step.
    fn step(units: usize, before: &[T], gates: &mut [T], cells: &mut [T], hiddens: &mut [T]) = loops::step
}
at_every_level! {
    /// The arithmetic of a step back.
    fn step_grad(
        units: usize,
        kept: Kept<'_, T>,
        grad_hiddens: &[T],
        carried: &[T],
        grad_cells: &mut [T],
        grad_sums: &mut [T],
    ) = loops::step_grad
}
