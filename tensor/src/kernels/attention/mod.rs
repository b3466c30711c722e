//! Scaled dot-product attention in blocks: no more of the scores is ever held than one block of queries by one block of keys.
//!
//! ```text
//! S = scale·Q·Kᵀ + mask,   P = softmax over each row of S,   O = P·V
//! ```
//!
//! A softmax needs its whole row; but a running maximum and a running sum of a row can be corrected when the next block brings a
//! larger score (the online softmax of Milakov and Gimelshein, 2018), and the gradient can compute a block of P again from the row's
//! logarithm of the sum (FlashAttention: Dao et al., 2022). So time stays quadratic in the length, and memory is linear.
//!
//! - `forward`, `backward`: the loops over blocks, and how they are split among threads;
//! - `rows`: the passes over the rows of a block, which the compiler vectorises;
//! - `target`: results whose rows lie apart in memory, written by several threads.
//!
//! [`AttentionKernels`] is the trait of the family. Its default bodies are those of [`reference::attention`], row by row.

mod backward;
mod forward;
mod rows;
mod target;

#[cfg(test)]
mod tests;

use super::product::{Fast, MatRef};
use crate::rng::Bernoulli;
use crate::{Float, reference};
pub use target::Target;

/// Queries in a block: a multiple of the micro-kernel's rows.
const QUERIES: usize = 48;
/// Keys in a block. With 48 queries of `f32` a block of scores is 24 KiB, which stays in the L1 cache between passes.
const KEYS: usize = 128;

/// A matrix for each head of each sample, all of one shape, in one slice.
#[derive(Clone, Copy, Debug)]
pub struct Matrices<'a, T> {
    first: MatRef<'a, T>,
    dims: &'a [usize],
    strides: &'a [isize],
}

impl<'a, T> Matrices<'a, T> {
    /// For each index into `dims`, `first` moved by the index times the strides.
    ///
    /// # Panics
    /// If the strides aren't as many as the dims, or lead outside the data.
    pub fn new(first: MatRef<'a, T>, dims: &'a [usize], strides: &'a [isize]) -> Self {
        assert_eq!(dims.len(), strides.len(), "a stride for each axis");
        first.check(dims, strides);
        Matrices {
            first,
            dims,
            strides,
        }
    }

    /// Matrix number `index`, the last axis fastest.
    pub(crate) fn at(&self, mut index: usize) -> MatRef<'a, T>
    where
        T: Copy,
    {
        let mut steps = 0;
        for (&size, stride) in self.dims.iter().zip(self.strides).rev() {
            steps += (index % size) as isize * stride;
            index /= size;
        }
        self.first.moved(steps)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.dims.iter().product()
    }

    /// Rows of each.
    pub fn rows(&self) -> usize {
        self.first.rows()
    }

    /// Columns of each.
    pub fn cols(&self) -> usize {
        self.first.cols()
    }
}

/// What attends to what.
#[derive(Clone, Debug)]
pub struct Attention<'a, T> {
    /// `[queries, d]` for each head.
    pub query: Matrices<'a, T>,
    /// `[keys, d]`.
    pub key: Matrices<'a, T>,
    /// `[keys, e]`.
    pub value: Matrices<'a, T>,
    /// The factor of the scores.
    pub scale: f64,
    /// `[queries, keys]`: false hides a key.
    pub visible: Option<Matrices<'a, bool>>,
    /// `[queries, keys]`: added to the scores.
    pub additive: Option<Matrices<'a, T>>,
    /// Whether query i sees the keys j ≤ i only.
    pub causal: bool,
    /// Which weights stay, and the share of those that go.
    pub(crate) dropout: Option<(Bernoulli, f64)>,
}

impl<T: Float> Attention<'_, T> {
    pub(crate) fn heads(&self) -> usize {
        self.query.count()
    }

    pub(crate) fn queries(&self) -> usize {
        self.query.rows()
    }

    pub(crate) fn keys(&self) -> usize {
        self.key.rows()
    }

    /// The factor of a weight that isn't dropped, for the weights from number `from` on of a row-major `[heads, queries, keys]`: 0 or 1/(1 − rate).
    pub(crate) fn kept(&self, head: usize, query: usize, first_key: usize, to: &mut [T]) {
        let Some((draw, rate)) = &self.dropout else {
            return to.fill(T::from_f64(1.0));
        };
        let scale = T::from_f64(1.0 / (1.0 - rate));
        let from = (head * self.queries() + query) * self.keys() + first_key;
        draw.fill(from, to, |kept| if kept { scale } else { T::ZERO });
    }
}

/// Where the gradients go.
#[derive(Debug)]
pub struct Gradients<'a, T> {
    /// Of the query.
    pub query: Target<'a, T>,
    /// Of the key.
    pub key: Target<'a, T>,
    /// Of the value.
    pub value: Target<'a, T>,
    /// Of the scores, and thus of the float mask, if that is wanted.
    pub additive: Option<Target<'a, T>>,
}

/// What the walk back has.
#[derive(Clone, Debug)]
pub struct Forward<'a, T> {
    /// The output.
    pub output: Matrices<'a, T>,
    /// The logarithm of the sum of exponentials of each row of scores, ∞ for a row that sees nothing.
    pub logsumexp: &'a [T],
    /// The gradient of the output.
    pub gradient: Matrices<'a, T>,
}

/// Attention of an element type.
pub trait AttentionKernels: Copy + 'static {
    /// Writes O, and for each row the logarithm of its sum of exponentials, ∞ for a row that sees nothing.
    fn attention(attention: &Attention<'_, Self>, output: Target<'_, Self>, logsumexp: &mut [Self])
    where
        Self: Float,
    {
        reference::attention::forward(attention, output, logsumexp);
    }

    /// Writes the gradients.
    fn attention_grad(
        attention: &Attention<'_, Self>,
        forward: &Forward<'_, Self>,
        gradients: Gradients<'_, Self>,
    ) where
        Self: Float,
    {
        reference::attention::backward(attention, forward, gradients);
    }
}

macro_rules! fast {
    ($($type:ty)*) => {$(
        impl AttentionKernels for $type {
            fn attention(attention: &Attention<'_, Self>, output: Target<'_, Self>, logsumexp: &mut [Self]) {
                forward::forward(attention, output, logsumexp);
            }
            fn attention_grad(attention: &Attention<'_, Self>, forward: &Forward<'_, Self>, gradients: Gradients<'_, Self>) {
                backward::backward(attention, forward, gradients);
            }
        }
    )*};
}
fast!(f32 f64);

impl<T: Float> AttentionKernels for crate::Dual<T> {}

/// What the blocks need of an element type.
trait Real: Fast + super::maps::maths::Real {}

impl<T: Fast + super::maps::maths::Real> Real for T {}

/// Nanoseconds that attention takes: `products` of a length, and an exponential, for each pair of a query and a key.
fn cost<T>(pairs: usize, lengths: usize) -> super::parallel::Work {
    let each = 0.0045 * size_of::<T>() as f64 * lengths as f64 + 0.1 * size_of::<T>() as f64;
    super::parallel::Work::per_element(pairs, each)
}
