//! Maps: one function applied to every element.
//!
//! [`Unary`], [`Binary`] and [`Comparison`] name the functions. [`MapKernels`] applies them on one thread, over contiguous
//! slices; the free functions here ([`unary`], [`binary`], …) spread the same over the threads.
//!
//! The bits of a result depend on the level alone, not on its place in a slice: vector body and remainder of a loop do the
//! same operations.
//!
//! # Errors
//!
//! In units in the last place. For `f32` the bound that the tests hold each level to, over arguments spread over all bit
//! patterns, subnormals and overflow included (an ignored test takes every one of the 2³²). For `f64` the largest error found
//! against a 60-digit evaluation, between 2⁻¹⁰ and 2⁵; the tests hold the first nine, and those that are a library's, to 2 of
//! the library's, or another library's, functions, over all exponents. `docs/accuracy.md` says where the largest errors are.
//!
//! | function | `f32` | `f64` |
//! |---|---|---|
//! | `Exp` | 1.0 | 0.9 |
//! | `ExpM1`, `Elu` | 1.1 | 0.9 |
//! | `Ln` | 0.9 | 0.8 |
//! | `Ln1p` | 1.0 | 0.8 |
//! | `Tanh` | 1.4 | 1.2 |
//! | `Sigmoid` | 1.0 | 0.9 |
//! | `Erf` | 1.3 | 0.9 |
//! | `Softplus` | 1.8 | 1.4 |
//! | `Swish` | 1.4 | 0.9 |
//! | `Selu` | 1.9 | 1.4 |
//! | `Gelu` | 2.0 | 1.3 |
//! | `GeluTanh` | 1.4 | 1.0 |
//! | `Exp2` | 1.1 | 1.0 |
//! | `Log2` | 1.4 | 0.9 |
//! | `Log10` | 1.9 | 1.1 |
//! | `Rsqrt`, `Softsign` | 1.5 | 1.5 |
//! | `Sqrt`, `Square`, `Recip`, the arithmetic | 0.5 | 0.5 |
//! | `Sin`, `Cos` | 1.0: the library's | the library's |
//! | `Tan`, `Asin`, `Acos`, `Atan`, `Sinh`, `Cosh`, `Asinh`, `Acosh`, `Atanh`, `Erfc`, `Lgamma`, `Polygamma`, `Atan2`, `Hypot` | 0.6: through `f64` | the library's |
//! | `Xlogy` | 2.0 | a product with the library's logarithm |
//! | `Pow` | below 1: it goes through `f64` | the library's |

#[cfg(test)]
mod accuracy;
mod codes;
#[cfg(target_arch = "x86_64")]
mod gelu;
mod loops;
pub(in crate::kernels) mod maths;
mod operands;
#[cfg(test)]
mod tests;

use super::dispatch::at_every_level;
use super::parallel::{self, Work};
#[cfg(target_arch = "x86_64")]
use super::{Level, level};
use crate::{Float, reference::maps as reference};

pub use codes::{Binary, Comparison, Operand, Unary};
use maths::Real;
use operands::{SHORT, with_copies, with_slices};

/// Maps over contiguous slices, on the calling thread, at the level in force.
///
/// The default bodies are the [reference functions](crate::reference::maps) one element after another. `f32` and
/// `f64` have vectorised ones; how far these are off is said with the scalar functions that they are made of.
///
/// # Panics
/// All functions do if the slices differ in length.
pub trait MapKernels: Copy + 'static {
    /// y = op(x).
    fn unary(op: Unary, x: &[Self], y: &mut [Self])
    where
        Self: Float,
    {
        same_length(x.len(), y.len());
        unary_one_by_one(op, x, y);
    }

    /// y = op(y).
    fn unary_in_place(op: Unary, y: &mut [Self])
    where
        Self: Float,
    {
        for y in y {
            *y = reference::unary(op, *y);
        }
    }

    /// y = op(a, b).
    fn binary(op: Binary, a: Operand<'_, Self>, b: Operand<'_, Self>, y: &mut [Self])
    where
        Self: Float,
    {
        check_operands(a, b, y.len());
        binary_one_by_one(op, a, b, y);
    }

    /// y = op(y, b).
    fn binary_in_place(op: Binary, y: &mut [Self], b: Operand<'_, Self>)
    where
        Self: Float,
    {
        check_operands(b, b, y.len());
        for (index, y) in y.iter_mut().enumerate() {
            *y = reference::binary(op, *y, b.at(index));
        }
    }

    /// y = whether a op b.
    fn compare(op: Comparison, a: Operand<'_, Self>, b: Operand<'_, Self>, y: &mut [bool])
    where
        Self: Float,
    {
        check_operands(a, b, y.len());
        for (index, y) in y.iter_mut().enumerate() {
            *y = reference::compare(op, a.at(index), b.at(index));
        }
    }

    /// y = a where the mask holds, b elsewhere; what isn't chosen has no influence, NaN included.
    fn select(mask: &[bool], a: Operand<'_, Self>, b: Operand<'_, Self>, y: &mut [Self]) {
        same_length(mask.len(), y.len());
        check_operands(a, b, y.len());
        for (index, (y, &chosen)) in y.iter_mut().zip(mask).enumerate() {
            *y = if chosen { a.at(index) } else { b.at(index) };
        }
    }

    /// y += scale·x.
    fn scaled_add(scale: Self, x: &[Self], y: &mut [Self])
    where
        Self: Float,
    {
        same_length(x.len(), y.len());
        for (y, &x) in y.iter_mut().zip(x) {
            *y += scale * x;
        }
    }
}

impl<T: Float> MapKernels for crate::Dual<T> {}

/// The vectorised maps of a type. What is short is done where it is called, in other crates too; the rest has names of its own, `$long` and
/// `$long_in_place`, and isn't generic, so that no other crate compiles the loops again.
macro_rules! vectorised_maps {
    ($type:ident, $long:ident, $long_in_place:ident, $unary:path) => {
        impl MapKernels for $type {
            fn unary(op: Unary, x: &[$type], y: &mut [$type]) {
                same_length(x.len(), y.len());
                if op.goes_one_by_one() {
                    return unary_one_by_one(op, x, y);
                }
                $unary(op, x, y);
            }

            fn unary_in_place(op: Unary, y: &mut [$type]) {
                with_copies(y, |_, x, y| $type::unary(op, x, y));
            }

            #[inline]
            fn binary(op: Binary, a: Operand<'_, $type>, b: Operand<'_, $type>, y: &mut [$type]) {
                check_operands(a, b, y.len());
                if let (Operand::Slice(a), Operand::Slice(b)) = (a, b)
                    && short(op, a, b, y)
                {
                    return;
                }
                $long(op, a, b, y);
            }

            #[inline]
            fn binary_in_place(op: Binary, y: &mut [$type], b: Operand<'_, $type>) {
                check_operands(b, b, y.len());
                if let Operand::Slice(b) = b
                    && short_in_place(op, y, b)
                {
                    return;
                }
                $long_in_place(op, y, b);
            }

            fn compare(
                op: Comparison,
                a: Operand<'_, $type>,
                b: Operand<'_, $type>,
                y: &mut [bool],
            ) {
                check_operands(a, b, y.len());
                with_slices(a, b, y, |a, b, y| compare_at_level(op, a, b, y));
            }

            fn select(
                mask: &[bool],
                a: Operand<'_, $type>,
                b: Operand<'_, $type>,
                y: &mut [$type],
            ) {
                same_length(mask.len(), y.len());
                check_operands(a, b, y.len());
                let mut mask = mask;
                with_slices(a, b, y, |a, b, y| {
                    let (now, later) = mask.split_at(y.len());
                    select_at_level(now, a, b, y);
                    mask = later;
                });
            }

            fn scaled_add(scale: $type, x: &[$type], y: &mut [$type]) {
                same_length(x.len(), y.len());
                scaled_add_at_level(scale, x, y);
            }
        }

        /// y = op(a, b), at the level in force.
        fn $long(op: Binary, a: Operand<'_, $type>, b: Operand<'_, $type>, y: &mut [$type]) {
            if op.goes_one_by_one() {
                return binary_one_by_one(op, a, b, y);
            }
            with_slices(a, b, y, |a, b, y| binary_at_level(op, a, b, y));
        }

        /// y = op(y, b), at the level in force.
        fn $long_in_place(op: Binary, y: &mut [$type], b: Operand<'_, $type>) {
            with_copies(y, |start, a, y| {
                let b = b.range(start..start + y.len());
                $long(op, Operand::Slice(a), b, y);
            });
        }
    };
}

vectorised_maps!(f32, binary_f32, binary_in_place_f32, unary_f32);
vectorised_maps!(f64, binary_f64, binary_in_place_f64, unary_at_level);

/// y = op(x), at the level in force: by a loop, or by the one kernel that is written for a level.
fn unary_f32(op: Unary, x: &[f32], y: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if op == Unary::Gelu && level() == Level::Avx512 {
        // SAFETY: `level()` never returns a level that the machine lacks, and this one stands for these features.
        return unsafe { gelu::gelu(x, y) };
    }
    unary_at_level(op, x, y);
}

at_every_level!(fn unary_at_level(op: Unary, x: &[T], y: &mut [T]) = loops::unary);
at_every_level!(fn binary_at_level(op: Binary, a: &[T], b: &[T], y: &mut [T]) = loops::binary);
at_every_level!(fn compare_at_level(op: Comparison, a: &[T], b: &[T], y: &mut [bool]) = loops::compare);
at_every_level!(fn select_at_level(mask: &[bool], a: &[T], b: &[T], y: &mut [T]) = loops::select);
at_every_level!(fn scaled_add_at_level(scale: T, x: &[T], y: &mut [T]) = loops::scaled_add);

/// y = op(a, b), if that is plain arithmetic on few elements: it is done before a level would have been chosen and its loop called. Each
/// element is one rounded operation, hence the same at every level.
#[inline]
fn short<T: Real>(op: Binary, a: &[T], b: &[T], y: &mut [T]) -> bool {
    if y.len() > SHORT {
        return false;
    }
    let each = y.iter_mut().zip(a.iter().zip(b));
    match op {
        Binary::Add => each.for_each(|(y, (&a, &b))| *y = a + b),
        Binary::Sub => each.for_each(|(y, (&a, &b))| *y = a - b),
        Binary::Mul => each.for_each(|(y, (&a, &b))| *y = a * b),
        _ => return false,
    }
    true
}

/// y = op(y, b), if that is [`short`].
#[inline]
fn short_in_place<T: Real>(op: Binary, y: &mut [T], b: &[T]) -> bool {
    if y.len() > SHORT {
        return false;
    }
    let each = y.iter_mut().zip(b);
    match op {
        Binary::Add => each.for_each(|(y, &b)| *y += b),
        Binary::Sub => each.for_each(|(y, &b)| *y = *y - b),
        Binary::Mul => each.for_each(|(y, &b)| *y = *y * b),
        _ => return false,
    }
    true
}

/// y = op(x) by the reference, one element after the other.
fn unary_one_by_one<T: Float>(op: Unary, x: &[T], y: &mut [T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y = reference::unary(op, x);
    }
}

/// y = op(a, b) by the reference, one element after the other.
fn binary_one_by_one<T: Float>(op: Binary, a: Operand<'_, T>, b: Operand<'_, T>, y: &mut [T]) {
    for (index, y) in y.iter_mut().enumerate() {
        *y = reference::binary(op, a.at(index), b.at(index));
    }
}

#[inline]
fn same_length(operand: usize, result: usize) {
    assert_eq!(operand, result, "lengths of operand and result of a map");
}

#[inline]
fn check_operands<T>(a: Operand<'_, T>, b: Operand<'_, T>, result: usize) {
    for operand in [a, b] {
        if let Operand::Slice(slice) = operand {
            same_length(slice.len(), result);
        }
    }
}

/// Elements of a parallel chunk: 64 KiB of `f32`.
const CHUNK: usize = 16 * 1024;

/// y = op(x), over the threads where it pays. Panics as [`MapKernels`] does.
pub fn unary<T: Float>(op: Unary, x: &[T], y: &mut [T]) {
    if y.len() <= CHUNK {
        return T::unary(op, x, y);
    }
    same_length(x.len(), y.len());
    let work = Work::per_element(y.len(), op.nanoseconds());
    parallel::for_each_chunk(y, CHUNK, work, |index, y| {
        T::unary(op, &x[chunk(index, y.len())], y);
    });
}

/// y = op(y), over the threads where it pays.
pub fn unary_in_place<T: Float>(op: Unary, y: &mut [T]) {
    if y.len() <= CHUNK {
        return T::unary_in_place(op, y);
    }
    let work = Work::per_element(y.len(), op.nanoseconds());
    parallel::for_each_chunk(y, CHUNK, work, |_, y| T::unary_in_place(op, y));
}

/// y = op(a, b), over the threads where it pays. Panics as [`MapKernels`] does.
#[inline]
pub fn binary<T: Float>(op: Binary, a: Operand<'_, T>, b: Operand<'_, T>, y: &mut [T]) {
    if y.len() <= CHUNK {
        return T::binary(op, a, b, y);
    }
    binary_over_threads(op, a, b, y);
}

fn binary_over_threads<T: Float>(op: Binary, a: Operand<'_, T>, b: Operand<'_, T>, y: &mut [T]) {
    check_operands(a, b, y.len());
    let work = Work::per_element(y.len(), op.nanoseconds());
    parallel::for_each_chunk(y, CHUNK, work, |index, y| {
        let range = chunk(index, y.len());
        T::binary(op, a.range(range.clone()), b.range(range), y);
    });
}

/// y = op(y, b), over the threads where it pays. Panics as [`MapKernels`] does.
#[inline]
pub fn binary_in_place<T: Float>(op: Binary, y: &mut [T], b: Operand<'_, T>) {
    if y.len() <= CHUNK {
        return T::binary_in_place(op, y, b);
    }
    binary_in_place_over_threads(op, y, b);
}

fn binary_in_place_over_threads<T: Float>(op: Binary, y: &mut [T], b: Operand<'_, T>) {
    check_operands(b, b, y.len());
    let work = Work::per_element(y.len(), op.nanoseconds());
    parallel::for_each_chunk(y, CHUNK, work, |index, y| {
        let range = chunk(index, y.len());
        T::binary_in_place(op, y, b.range(range));
    });
}

/// y = whether a op b, over the threads where it pays. Panics as [`MapKernels`] does.
pub fn compare<T: Float>(op: Comparison, a: Operand<'_, T>, b: Operand<'_, T>, y: &mut [bool]) {
    check_operands(a, b, y.len());
    let work = Work::per_element(y.len(), codes::ARITHMETIC);
    parallel::for_each_chunk(y, CHUNK, work, |index, y| {
        let range = chunk(index, y.len());
        T::compare(op, a.range(range.clone()), b.range(range), y);
    });
}

/// y = a where the mask holds, b elsewhere, over the threads where it pays. Panics as [`MapKernels`] does.
pub fn select<T: Float>(mask: &[bool], a: Operand<'_, T>, b: Operand<'_, T>, y: &mut [T]) {
    same_length(mask.len(), y.len());
    check_operands(a, b, y.len());
    let work = Work::per_element(y.len(), codes::ARITHMETIC);
    parallel::for_each_chunk(y, CHUNK, work, |index, y| {
        let range = chunk(index, y.len());
        T::select(
            &mask[range.clone()],
            a.range(range.clone()),
            b.range(range),
            y,
        );
    });
}

/// y += scale·x, over the threads where it pays. Panics as [`MapKernels`] does.
pub fn scaled_add<T: Float>(scale: T, x: &[T], y: &mut [T]) {
    if y.len() <= CHUNK {
        return T::scaled_add(scale, x, y);
    }
    same_length(x.len(), y.len());
    let work = Work::per_element(y.len(), codes::ARITHMETIC);
    parallel::for_each_chunk(y, CHUNK, work, |index, y| {
        T::scaled_add(scale, &x[chunk(index, y.len())], y);
    });
}

/// The range of the chunk `index` that holds `length` elements.
fn chunk(index: usize, length: usize) -> std::ops::Range<usize> {
    index * CHUNK..index * CHUNK + length
}
