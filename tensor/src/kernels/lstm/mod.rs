//! Long short-term memory over a whole sequence, forward and backward.
//!
//! A step is a small product and some arithmetic on its result; a tape of such steps would spend its time between them. Here
//! a sequence is one call. The rows of a batch don't know of each other, so each task takes some of them through all steps: threads meet once a
//! sequence, not once a step. The recurrent weight is packed once.
//!
//! [`LstmKernels`] is the trait of the family; its default bodies are the [reference](crate::reference::lstm).

mod loops;
mod scan;

#[cfg(test)]
mod tests;

use super::product::MatRef;
use crate::{Float, reference::lstm as reference};

/// The sizes of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Steps of the sequence.
    pub steps: usize,
    /// Rows of the batch.
    pub rows: usize,
    /// Units of the layer, `h`.
    pub units: usize,
}

/// The operands of a run forward. Sequences are laid out step by step, `[steps, rows, …]`.
#[derive(Debug)]
pub struct Forward<'a, T> {
    /// `[h, 4h]`: the blocks of the input, forget and output gate and of the candidate.
    pub recurrent_weight: MatRef<'a, T>,
    /// The hidden state before the first step, `[rows, h]`.
    pub hidden: &'a [T],
    /// The cell before the first step, `[rows, h]`.
    pub cell: &'a [T],
    /// In: the input's share in the gates, `[steps, rows, 4h]`. Out: the gates after their activations.
    pub gates: &'a mut [T],
    /// Out: the cell after each step.
    pub cells: &'a mut [T],
    /// Out: the hidden state after each step.
    pub hiddens: &'a mut [T],
}

/// The operands of a run backward.
#[derive(Debug)]
pub struct Backward<'a, T> {
    /// As forward.
    pub recurrent_weight: MatRef<'a, T>,
    /// As forward.
    pub cell: &'a [T],
    /// The gates that the run forward left.
    pub gates: &'a [T],
    /// The cells that it left.
    pub cells: &'a [T],
    /// The gradient of the hidden state after each step, without what goes through the steps behind it.
    pub grad_hiddens: &'a [T],
    /// In: the gradient of the last cell. Out: that of the cell before the first step.
    pub grad_cell: &'a mut [T],
    /// Out: the gradient of the hidden state before the first step.
    pub grad_hidden: &'a mut [T],
    /// Out: the gradient of what the gates were before their activations, `[steps, rows, 4h]`.
    pub grad_sums: &'a mut [T],
}

impl Sizes {
    fn check<T: Copy>(self, weight: MatRef<'_, T>, sequences: &[(usize, usize)], starts: &[usize]) {
        let Sizes { steps, rows, units } = self;
        assert_eq!(
            (weight.rows(), weight.cols()),
            (units, 4 * units),
            "recurrent weight"
        );
        for &(length, width) in sequences {
            assert_eq!(length, steps * rows * width * units, "length of a sequence");
        }
        for &length in starts {
            assert_eq!(length, rows * units, "length of a state");
        }
    }
}

/// Long short-term memory for an element type.
pub trait LstmKernels: Copy + 'static {
    /// Goes over the sequence: `i, f, o = σ(a)`, `g = tanh a`, `c = f·c⁻ + i·g`, `h = o·tanh c` with `a` the input's share plus `h⁻·U`.
    ///
    /// # Panics
    /// If the lengths don't fit the sizes.
    fn lstm(sizes: Sizes, run: Forward<'_, Self>)
    where
        Self: Float,
    {
        run.check(sizes);
        reference::forward(sizes, run);
    }

    /// Goes back over the sequence, for the gradients of [`LstmKernels::lstm`].
    ///
    /// # Panics
    /// If the lengths don't fit the sizes.
    fn lstm_grad(sizes: Sizes, run: Backward<'_, Self>)
    where
        Self: Float,
    {
        run.check(sizes);
        reference::backward(sizes, run);
    }
}

impl<T: Copy> Forward<'_, T> {
    fn check(&self, sizes: Sizes) {
        let sequences = [
            (self.gates.len(), 4),
            (self.cells.len(), 1),
            (self.hiddens.len(), 1),
        ];
        sizes.check(
            self.recurrent_weight,
            &sequences,
            &[self.hidden.len(), self.cell.len()],
        );
    }
}

impl<T: Copy> Backward<'_, T> {
    fn check(&self, sizes: Sizes) {
        let sequences = [
            (self.gates.len(), 4),
            (self.grad_sums.len(), 4),
            (self.cells.len(), 1),
            (self.grad_hiddens.len(), 1),
        ];
        let starts = [
            self.cell.len(),
            self.grad_cell.len(),
            self.grad_hidden.len(),
        ];
        sizes.check(self.recurrent_weight, &sequences, &starts);
    }
}

macro_rules! fast {
    ($type:ident) => {
        impl LstmKernels for $type {
            fn lstm(sizes: Sizes, run: Forward<'_, $type>) {
                run.check(sizes);
                scan::forward(sizes, run);
            }
            fn lstm_grad(sizes: Sizes, run: Backward<'_, $type>) {
                run.check(sizes);
                scan::backward(sizes, run);
            }
        }
    };
}

fast!(f32);
fast!(f64);
impl<T: Float> LstmKernels for crate::Dual<T> {}
