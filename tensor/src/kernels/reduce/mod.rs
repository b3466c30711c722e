//! Reductions: a slice to a number, rows to their sum, and functions of a row.
//!
//! [`ReduceKernels`] and [`RowKernels`] work on one thread; the free functions here and in [`rows`] spread the same over
//! threads, in chunks that depend on the lengths alone and whose results are combined by index.
//!
//! Sums are taken in blocks of 2048 elements over 32 accumulators, and the blocks combined pairwise: the relative error
//! of a sum of n positive numbers stays below (69 + log₂(n/2048))·ε/2 in the worst case and far below it ordinarily, where that of a naive loop is n·ε/2.

pub(in crate::kernels) mod lanes;
pub mod rows;
#[cfg(test)]
mod tests;

use std::ops::Range;

use super::dispatch::at_every_level;
use super::maps::maths::Real;
use super::parallel::{self, Work, map_chunks};
use crate::storage::Storage;
use crate::{Float, Shape, reference::reduce as reference};
pub use rows::RowKernels;

/// Reductions of contiguous slices, on the calling thread, at the level in force.
///
/// The default bodies are the [reference functions](crate::reference::reduce); `f32` and `f64` have vectorised ones.
pub trait ReduceKernels: Copy + 'static {
    /// Σ xᵢ; 0 for none.
    fn sum_of(x: &[Self]) -> Self
    where
        Self: Float,
    {
        reference::sum(x)
    }

    /// Σ aᵢbᵢ; 0 for none.
    ///
    /// # Panics
    /// If the slices differ in length.
    fn dot(a: &[Self], b: &[Self]) -> Self
    where
        Self: Float,
    {
        assert_eq!(a.len(), b.len(), "lengths of the operands of dot");
        reference::dot(a, b)
    }

    /// The largest; −∞ for none, NaN if there is one.
    fn max_of(x: &[Self]) -> Self
    where
        Self: Float,
    {
        reference::max(x)
    }

    /// The smallest; ∞ for none, NaN if there is one.
    fn min_of(x: &[Self]) -> Self
    where
        Self: Float,
    {
        reference::min(x)
    }

    /// The index of the first of the largest, or of the first NaN; none for none.
    fn argmax(x: &[Self]) -> Option<usize>
    where
        Self: Float,
    {
        reference::argmax(x)
    }

    /// The index of the first of the smallest, or of the first NaN; none for none.
    fn argmin(x: &[Self]) -> Option<usize>
    where
        Self: Float,
    {
        reference::argmin(x)
    }

    /// sumⱼ += Σᵢ rowsᵢⱼ, for rows of the width of `sum`.
    ///
    /// # Panics
    /// If `rows` isn't a whole number of rows.
    fn add_rows(rows: &[Self], sum: &mut [Self])
    where
        Self: Float,
    {
        check_rows(rows.len(), sum.len());
        reference::add_rows(rows, sum);
    }

    /// The mean, NaN for no element, and the sum of the squared deviations from it.
    fn moments(x: &[Self]) -> (Self, Self)
    where
        Self: Float,
    {
        reference::moments(x)
    }
}

impl<T: Float> ReduceKernels for crate::Dual<T> {}

/// The vectorised reductions of a type.
macro_rules! vectorised_reductions {
    ($type:ident) => {
        impl ReduceKernels for $type {
            fn sum_of(x: &[$type]) -> $type {
                pairwise(x.len(), &|range| sum_block(&x[range]), &|a, b| a + b)
            }

            fn dot(a: &[$type], b: &[$type]) -> $type {
                assert_eq!(a.len(), b.len(), "lengths of the operands of dot");
                let block = |range: Range<usize>| dot_block(&a[range.clone()], &b[range]);
                pairwise(a.len(), &block, &|a, b| a + b)
            }

            fn max_of(x: &[$type]) -> $type {
                max_block(x)
            }

            fn min_of(x: &[$type]) -> $type {
                min_block(x)
            }

            fn argmax(x: &[$type]) -> Option<usize> {
                (!x.is_empty()).then(|| position(x, max_block(x)))
            }

            fn argmin(x: &[$type]) -> Option<usize> {
                (!x.is_empty()).then(|| position(x, min_block(x)))
            }

            fn add_rows(rows: &[$type], sum: &mut [$type]) {
                check_rows(rows.len(), sum.len());
                add_rows_by_columns(rows, sum);
            }

            fn moments(x: &[$type]) -> ($type, $type) {
                if x.is_empty() {
                    return ($type::NAN, 0.0);
                }
                let block = |range: Range<usize>| {
                    let (mean, deviations) = moments_block(&x[range.clone()]);
                    Moments {
                        count: range.len() as f64,
                        mean,
                        deviations,
                    }
                };
                let moments = pairwise(x.len(), &block, &Moments::both);
                (moments.mean, moments.deviations)
            }
        }
    };
}

vectorised_reductions!(f32);
vectorised_reductions!(f64);

at_every_level!(fn sum_block(x: &[T]) -> T = lanes::sum);
at_every_level!(fn dot_block(a: &[T], b: &[T]) -> T = lanes::dot);
at_every_level!(fn max_block(x: &[T]) -> T = lanes::max);
at_every_level!(fn min_block(x: &[T]) -> T = lanes::min);
at_every_level!(fn position(x: &[T], value: T) -> usize = lanes::position);
at_every_level!(fn moments_block(x: &[T]) -> (T, T) = lanes::moments);
at_every_level!(
    fn column_sums(rows: &[T], width: usize, first: usize) -> [T; lanes::COLUMNS] = lanes::column_sums
);

/// Elements whose sum is taken in one loop: 64 to each accumulator.
const BLOCK: usize = 2048;

/// The blocks of a slice of `length` elements, each reduced by `block` and combined pairwise by `both`: halves, quarters, ….
fn pairwise<R>(length: usize, block: &impl Fn(Range<usize>) -> R, both: &impl Fn(R, R) -> R) -> R {
    fn halves<R>(
        range: Range<usize>,
        block: &impl Fn(Range<usize>) -> R,
        both: &impl Fn(R, R) -> R,
    ) -> R {
        let blocks = range.len().div_ceil(BLOCK);
        if blocks <= 1 {
            return block(range);
        }
        let middle = range.start + blocks / 2 * BLOCK;
        let left = halves(range.start..middle, block, both);
        both(left, halves(middle..range.end, block, both))
    }
    halves(0..length, block, both)
}

/// Mean and squared deviations of some elements, to be merged.
struct Moments<T> {
    count: f64,
    mean: T,
    deviations: T,
}

impl<T: Real> Moments<T> {
    /// The moments of both sets together (Chan, Golub and LeVeque): with δ = mean_b − mean_a,
    ///
    /// ```text
    /// mean = mean_a + δ·n_b/n,   Σ(x − mean)² = Σ_a + Σ_b + δ²·n_a·n_b/n
    /// ```
    fn both(a: Moments<T>, b: Moments<T>) -> Moments<T> {
        let count = a.count + b.count;
        let delta = b.mean - a.mean;
        Moments {
            count,
            mean: a.mean + delta * T::of(b.count / count),
            deviations: (a.deviations + b.deviations)
                + delta * delta * T::of(a.count * b.count / count),
        }
    }
}

/// Rows whose sum is taken in one loop.
const ROWS: usize = 32;

/// sumⱼ += Σᵢ rowsᵢⱼ: some columns at a time, the rows in blocks that are combined pairwise.
fn add_rows_by_columns<T: Real>(rows: &[T], sum: &mut [T]) {
    fn halves<T: Real>(rows: &[T], width: usize, first: usize) -> [T; lanes::COLUMNS] {
        let blocks = (rows.len() / width).div_ceil(ROWS);
        if blocks <= 1 {
            return column_sums(rows, width, first);
        }
        let (above, below) = rows.split_at(blocks / 2 * ROWS * width);
        let mut sums = halves(above, width, first);
        for (sum, x) in sums.iter_mut().zip(halves(below, width, first)) {
            *sum += x;
        }
        sums
    }
    let width = sum.len();
    for (index, sum) in sum.chunks_mut(lanes::COLUMNS).enumerate() {
        let sums = halves(rows, width, index * lanes::COLUMNS);
        for (sum, x) in sum.iter_mut().zip(sums) {
            *sum += x;
        }
    }
}

fn check_rows(rows: usize, width: usize) {
    assert!(
        rows == 0 || (width > 0 && rows.is_multiple_of(width)),
        "{rows} elements are no whole number of rows of {width}"
    );
}

/// Elements of a parallel chunk.
const CHUNK: usize = 64 * 1024;
/// Nanoseconds an element takes, most of them in memory.
const COST: f64 = 0.1;

/// The chunks of `x`, each reduced on a thread where it pays; the results in the order of the chunks.
fn by_chunks<T: Float, R: Send>(x: &[T], reduce: impl Fn(&[T]) -> R + Sync + Send) -> Vec<R> {
    let work = Work::per_element(x.len(), COST);
    map_chunks(x.len().div_ceil(CHUNK), work, |index| {
        reduce(&x[index * CHUNK..x.len().min((index + 1) * CHUNK)])
    })
}

/// Σ xᵢ, over the threads where it pays; 0 for none.
pub fn sum<T: Float>(x: &[T]) -> T {
    if x.len() <= CHUNK {
        return T::sum_of(x);
    }
    T::sum_of(&by_chunks(x, T::sum_of))
}

/// Σ xᵢ², over the threads where it pays; 0 for none.
pub fn sum_of_squares<T: Float>(x: &[T]) -> T {
    T::sum_of(&by_chunks(x, |x| T::dot(x, x)))
}

/// The largest, over the threads where it pays; −∞ for none, NaN if there is one.
pub fn max<T: Float>(x: &[T]) -> T {
    if x.len() <= CHUNK {
        return T::max_of(x);
    }
    T::max_of(&by_chunks(x, T::max_of))
}

/// The smallest, over the threads where it pays; ∞ for none, NaN if there is one.
pub fn min<T: Float>(x: &[T]) -> T {
    if x.len() <= CHUNK {
        return T::min_of(x);
    }
    T::min_of(&by_chunks(x, T::min_of))
}

/// sumⱼ += Σᵢ rowsᵢⱼ for rows of the width of `sum`, over the threads where it pays.
///
/// # Panics
/// If `rows` isn't a whole number of rows.
pub fn add_rows<T: Float>(rows: &[T], sum: &mut [T]) {
    let width = sum.len();
    check_rows(rows.len(), width);
    let chunk = parallel::rows_per_chunk(width, CHUNK) * width;
    if rows.len() <= chunk {
        return T::add_rows(rows, sum);
    }
    let work = Work::per_element(rows.len(), COST);
    let mut partial = Storage::filled(&Shape::from([rows.len().div_ceil(chunk) * width]), T::ZERO);
    parallel::for_each_chunk(partial.slice_mut(), width, work, |index, partial| {
        let end = rows.len().min((index + 1) * chunk);
        T::add_rows(&rows[index * chunk..end], partial);
    });
    T::add_rows(partial.slice(), sum);
}
