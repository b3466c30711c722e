//! The vector trait: one way to write a micro-kernel, three ways to compile it.
//!
//! Most kernels are scalar loops that the compiler vectorises. A few need to say which value lives in which
//! register: the tile of a matrix product, the taps of a convolution. These are written once, generic over
//! [`Vector`], and compiled for each instruction set:
//!
//! | level | type for `f32` | type for `f64` | where |
//! |---|---|---|---|
//! | baseline | 4 lanes | 2 lanes | `portable`: the `wide` crate, SSE2 or NEON |
//! | AVX2 + FMA | 8 lanes | 4 lanes | `avx2` |
//! | AVX-512 | 16 lanes | 8 lanes | `avx512` |
//!
//! A kernel is a struct with its arguments that implements [`Kernel`]; [`run`] calls it inside a function whose
//! `#[target_feature]` fits the level of the current thread. Everything below that function is
//! `#[inline(always)]`, so that it's compiled with those features.
//!
//! **Safety.** Making a vector (`splat`, `load`) is `unsafe`: the processor must have its instructions. Having
//! one is the proof, so that the arithmetic on vectors is safe.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;

use super::level::{Level, level};

/// A SIMD register full of floats.
///
/// # Safety
///
/// Whoever calls an `unsafe` method of this trait promises that the processor has the instructions of `Self`, and that
/// the pointers given may be read or written for as many elements as the method says. No alignment is needed.
pub(crate) trait Vector: Copy {
    /// What one lane holds.
    type Element: Copy;
    /// How many elements a register holds.
    const LANES: usize;
    /// Rows of the matrix product's register tile; its columns are two registers wide. Chosen so that
    /// accumulators, the two registers of B and one broadcast element of A just fit the register file.
    const TILE_ROWS: usize;

    /// All lanes 0.
    unsafe fn zero() -> Self;
    /// All lanes equal to `x`.
    unsafe fn splat(x: Self::Element) -> Self;
    /// Reads `LANES` elements.
    unsafe fn load(from: *const Self::Element) -> Self;
    /// Reads the first `count ≤ LANES` elements and touches nothing behind them; the other lanes are 0.
    unsafe fn load_first(from: *const Self::Element, count: usize) -> Self;
    /// Writes `LANES` elements.
    unsafe fn store(self, to: *mut Self::Element);
    /// Writes the first `count ≤ LANES` lanes and touches nothing behind them.
    unsafe fn store_first(self, to: *mut Self::Element, count: usize);
    /// `self + other`.
    fn add(self, other: Self) -> Self;
    /// `self · factor + addend`, rounded once where the processor can (FMA), twice at the baseline.
    fn mul_add(self, factor: Self, addend: Self) -> Self;
    /// The sum of the lanes, halves first: lane i + lane i + LANES/2, and so on.
    fn sum(self) -> Self::Element;

    /// Runs a kernel in a function of its own that is compiled for `Self`: what large kernels share is then compiled once.
    unsafe fn call<K: Kernel<Self::Element>>(kernel: K) -> K::Output;

    /// Copies the transpose of the `LANES × LANES` block at `from` to `to`: `to[j][i] = from[i][j]`.
    /// Rows are `from_row` and `to_row` elements apart. They are written in order, so that rows of `to` which overlap (`to_row < LANES`) keep
    /// their first `to_row` elements.
    #[inline(always)]
    unsafe fn transpose(
        from: *const Self::Element,
        from_row: isize,
        to: *mut Self::Element,
        to_row: usize,
    ) {
        for j in 0..Self::LANES {
            for i in 0..Self::LANES {
                // SAFETY: the caller's promise: both blocks are LANES rows of LANES elements.
                unsafe { *to.add(j * to_row + i) = *from.offset(i as isize * from_row).add(j) }
            }
        }
    }
}

/// An element type with a vector for every level.
pub(crate) trait Lanes: Copy + 'static {
    /// The vector that every processor of the target has.
    type Baseline: Vector<Element = Self>;
    /// The vector of AVX2 with FMA.
    #[cfg(target_arch = "x86_64")]
    type Avx2: Vector<Element = Self>;
    /// The vector of AVX-512.
    #[cfg(target_arch = "x86_64")]
    type Avx512: Vector<Element = Self>;
}

impl Lanes for f32 {
    type Baseline = wide::f32x4;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = avx2::F32x8;
    #[cfg(target_arch = "x86_64")]
    type Avx512 = avx512::F32x16;
}

impl Lanes for f64 {
    type Baseline = wide::f64x2;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = avx2::F64x4;
    #[cfg(target_arch = "x86_64")]
    type Avx512 = avx512::F64x8;
}

/// Asks for the cache line of `at`, which is going to be needed: it comes while other work goes on. Does nothing where the target has
/// no such instruction. Any address will do, since nothing is read.
#[inline(always)]
pub(crate) fn prefetch<T>(at: *const T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: SSE is part of x86-64, and a prefetch never faults, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(at.cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = at;
}

/// A piece of work that is written once and compiled for every level.
pub(crate) trait Kernel<T> {
    /// What the kernel gives back.
    type Output;
    /// Runs it. Implementations are `#[inline(always)]`, and so is all they call that uses `V`.
    ///
    /// # Safety
    ///
    /// The processor has the instructions of `V`.
    unsafe fn run<V: Vector<Element = T>>(self) -> Self::Output;
}

/// Runs `kernel` with the instructions of the current thread's level.
#[inline]
pub(crate) fn run<T: Lanes, K: Kernel<T>>(kernel: K) -> K::Output {
    match level() {
        // SAFETY: every processor that runs this program has the baseline.
        Level::Baseline => unsafe { kernel.run::<T::Baseline>() },
        // SAFETY: `level()` never names a level that this processor lacks.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { avx2::call::<T::Avx2, K>(kernel) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { avx512::call::<T::Avx512, K>(kernel) },
        // SAFETY: as for the baseline: other architectures have no other level.
        #[cfg(not(target_arch = "x86_64"))]
        Level::Avx2 | Level::Avx512 => unsafe { kernel.run::<T::Baseline>() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::level::with_level;

    /// Every operation of the trait against plain arithmetic.
    struct Check;

    impl Kernel<f32> for Check {
        type Output = ();
        #[inline(always)]
        unsafe fn run<V: Vector<Element = f32>>(self) {
            let n = V::LANES;
            let x: Vec<f32> = (0..n * (n + 3)).map(|i| i as f32 + 0.5).collect();
            // SAFETY: run by `run`; all pointers stay inside the vectors made here.
            unsafe {
                for count in 0..=n {
                    let v = V::load_first(x.as_ptr(), count);
                    let mut y = vec![-1.0; n];
                    v.store(y.as_mut_ptr());
                    let expected: Vec<f32> =
                        (0..n).map(|i| if i < count { x[i] } else { 0.0 }).collect();
                    assert_eq!(y, expected);
                    let mut y = vec![-1.0; n];
                    V::load(x.as_ptr()).store_first(y.as_mut_ptr(), count);
                    let expected: Vec<f32> = (0..n)
                        .map(|i| if i < count { x[i] } else { -1.0 })
                        .collect();
                    assert_eq!(y, expected);
                }
                let v = V::load(x.as_ptr());
                let mut y = vec![0.0; n];
                v.mul_add(V::splat(2.0), V::splat(1.0))
                    .add(v)
                    .store(y.as_mut_ptr());
                let expected: Vec<f32> = x[..n].iter().map(|x| 3.0 * x + 1.0).collect();
                assert_eq!(y, expected);
                assert_eq!(v.sum(), x[..n].iter().sum::<f32>());
                // Rows of the transpose apart, and overlapping.
                for row in 1..n + 2 {
                    let mut y = vec![0.0; n * (n + 1)];
                    V::transpose(x.as_ptr(), n as isize + 3, y.as_mut_ptr(), row);
                    for i in 0..n.min(row) {
                        for j in 0..n {
                            assert_eq!(y[j * row + i], x[i * (n + 3) + j]);
                        }
                    }
                }
            }
        }
    }

    struct Check64;

    impl Kernel<f64> for Check64 {
        type Output = ();
        #[inline(always)]
        unsafe fn run<V: Vector<Element = f64>>(self) {
            let n = V::LANES;
            let x: Vec<f64> = (0..n * (n + 3)).map(|i| i as f64 + 0.5).collect();
            // SAFETY: run by `run`; all pointers stay inside the vectors made here.
            unsafe {
                for count in 0..=n {
                    let mut y = vec![-1.0; n];
                    V::load_first(x.as_ptr(), count).store_first(y.as_mut_ptr(), n);
                    assert!((0..n).all(|i| y[i] == if i < count { x[i] } else { 0.0 }));
                    let mut y = vec![-1.0; n];
                    V::load(x.as_ptr()).store_first(y.as_mut_ptr(), count);
                    assert!((0..n).all(|i| y[i] == if i < count { x[i] } else { -1.0 }));
                }
                let v = V::load(x.as_ptr());
                assert_eq!(
                    v.mul_add(V::splat(2.0), v).sum(),
                    3.0 * x[..n].iter().sum::<f64>()
                );
                for row in 1..n + 2 {
                    let mut y = vec![0.0; n * (n + 1)];
                    V::transpose(x.as_ptr(), n as isize + 3, y.as_mut_ptr(), row);
                    let right = |(i, j)| i >= row || y[j * row + i] == x[i * (n + 3) + j];
                    assert!((0..n * n).map(|ij| (ij / n, ij % n)).all(right));
                }
            }
        }
    }

    #[test]
    fn every_level_agrees_with_plain_arithmetic() {
        for level in [Level::Baseline, Level::Avx2, Level::Avx512] {
            with_level(level, || {
                run(Check);
                run(Check64);
            });
        }
    }
}
