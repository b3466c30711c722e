//! The vectors of AVX2 with FMA: 256 bits, 16 registers.
//!
//! A partial read is one masked load. A partial write goes by halves (4, 2, 1 elements): the masked store is microcoded on some
//! processors and costs tens of cycles there.

use super::{Kernel, Vector};
use std::arch::x86_64::*;

/// Runs a kernel with the instructions of this level.
#[inline(never)]
#[target_feature(enable = "avx2,fma")]
pub(super) fn call<V: Vector, K: Kernel<V::Element>>(kernel: K) -> K::Output {
    // SAFETY: inside this function the features are there.
    unsafe { kernel.run::<V>() }
}

/// Eight `f32`.
#[derive(Clone, Copy)]
pub(crate) struct F32x8(__m256);

/// Four `f64`.
#[derive(Clone, Copy)]
pub(crate) struct F64x4(__m256d);

/// The first `count` entries of a mask are the `LANES` entries from `LANES − count` on.
const MASK_32: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
const MASK_64: [i64; 8] = [-1, -1, -1, -1, 0, 0, 0, 0];

impl Vector for F32x8 {
    type Element = f32;
    const LANES: usize = 8;
    const TILE_ROWS: usize = 6;

    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: the caller's promise: the processor has AVX2.
        Self(unsafe { _mm256_setzero_ps() })
    }

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        // SAFETY: the caller's promise: the processor has AVX2.
        Self(unsafe { _mm256_set1_ps(x) })
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's promise: 8 elements may be read.
        Self(unsafe { _mm256_loadu_ps(from) })
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, count: usize) -> Self {
        debug_assert!(count <= 8);
        // SAFETY: `count ≤ 8` keeps the mask's read inside its 16 entries; lanes that are masked out aren't read.
        unsafe {
            let mask = _mm256_loadu_si256(MASK_32.as_ptr().add(8 - count).cast());
            Self(_mm256_maskload_ps(from, mask))
        }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller's promise: 8 elements may be written.
        unsafe { _mm256_storeu_ps(to, self.0) }
    }

    #[inline(always)]
    unsafe fn store_first(self, mut to: *mut f32, count: usize) {
        // SAFETY: the pieces written add up to `count` elements.
        unsafe {
            if count >= 8 {
                return self.store(to);
            }
            let mut rest = _mm256_castps256_ps128(self.0);
            if count & 4 != 0 {
                _mm_storeu_ps(to, rest);
                to = to.add(4);
                rest = _mm256_extractf128_ps::<1>(self.0);
            }
            if count & 2 != 0 {
                _mm_storel_pd(to.cast(), _mm_castps_pd(rest));
                to = to.add(2);
                rest = _mm_movehl_ps(rest, rest);
            }
            if count & 1 != 0 {
                _mm_store_ss(to, rest);
            }
        }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: having a vector proves that the processor has AVX2.
        Self(unsafe { _mm256_add_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: having a vector proves that the processor has AVX2 and FMA.
        Self(unsafe { _mm256_fmadd_ps(self.0, factor.0, addend.0) })
    }

    #[inline(always)]
    fn sum(self) -> f32 {
        // SAFETY: having a vector proves that the processor has AVX2.
        unsafe {
            let four = _mm_add_ps(
                _mm256_castps256_ps128(self.0),
                _mm256_extractf128_ps::<1>(self.0),
            );
            let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)))
        }
    }

    #[inline(always)]
    unsafe fn call<K: Kernel<Self::Element>>(kernel: K) -> K::Output {
        // SAFETY: the caller's promise: the processor has AVX2 and FMA.
        unsafe { call::<Self, K>(kernel) }
    }

    /// Pairs of rows are interleaved by element, then by pair, then by half: 8 loads, 24 shuffles, 8 stores.
    #[inline(always)]
    unsafe fn transpose(from: *const f32, from_row: isize, to: *mut f32, to_row: usize) {
        // SAFETY: the caller's promise: both blocks are 8 rows of 8 elements.
        unsafe {
            let row = |i: isize| _mm256_loadu_ps(from.offset(i * from_row));
            let (r0, r1, r2, r3) = (row(0), row(1), row(2), row(3));
            let (r4, r5, r6, r7) = (row(4), row(5), row(6), row(7));
            let (a0, a1) = (_mm256_unpacklo_ps(r0, r1), _mm256_unpackhi_ps(r0, r1));
            let (a2, a3) = (_mm256_unpacklo_ps(r2, r3), _mm256_unpackhi_ps(r2, r3));
            let (a4, a5) = (_mm256_unpacklo_ps(r4, r5), _mm256_unpackhi_ps(r4, r5));
            let (a6, a7) = (_mm256_unpacklo_ps(r6, r7), _mm256_unpackhi_ps(r6, r7));
            let quads = [
                (
                    _mm256_shuffle_ps::<0x44>(a0, a2),
                    _mm256_shuffle_ps::<0x44>(a4, a6),
                ),
                (
                    _mm256_shuffle_ps::<0xEE>(a0, a2),
                    _mm256_shuffle_ps::<0xEE>(a4, a6),
                ),
                (
                    _mm256_shuffle_ps::<0x44>(a1, a3),
                    _mm256_shuffle_ps::<0x44>(a5, a7),
                ),
                (
                    _mm256_shuffle_ps::<0xEE>(a1, a3),
                    _mm256_shuffle_ps::<0xEE>(a5, a7),
                ),
            ];
            for (j, (top, bottom)) in quads.into_iter().enumerate() {
                let row = _mm256_permute2f128_ps::<0x20>(top, bottom);
                _mm256_storeu_ps(to.add(j * to_row), row);
            }
            for (j, (top, bottom)) in quads.into_iter().enumerate() {
                let row = _mm256_permute2f128_ps::<0x31>(top, bottom);
                _mm256_storeu_ps(to.add((j + 4) * to_row), row);
            }
        }
    }
}

impl Vector for F64x4 {
    type Element = f64;
    const LANES: usize = 4;
    const TILE_ROWS: usize = 6;

    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: the caller's promise: the processor has AVX2.
        Self(unsafe { _mm256_setzero_pd() })
    }

    #[inline(always)]
    unsafe fn splat(x: f64) -> Self {
        // SAFETY: the caller's promise: the processor has AVX2.
        Self(unsafe { _mm256_set1_pd(x) })
    }

    #[inline(always)]
    unsafe fn load(from: *const f64) -> Self {
        // SAFETY: the caller's promise: 4 elements may be read.
        Self(unsafe { _mm256_loadu_pd(from) })
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f64, count: usize) -> Self {
        debug_assert!(count <= 4);
        // SAFETY: `count ≤ 4` keeps the mask's read inside its 8 entries; lanes that are masked out aren't read.
        unsafe {
            let mask = _mm256_loadu_si256(MASK_64.as_ptr().add(4 - count).cast());
            Self(_mm256_maskload_pd(from, mask))
        }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f64) {
        // SAFETY: the caller's promise: 4 elements may be written.
        unsafe { _mm256_storeu_pd(to, self.0) }
    }

    #[inline(always)]
    unsafe fn store_first(self, mut to: *mut f64, count: usize) {
        // SAFETY: the pieces written add up to `count` elements.
        unsafe {
            if count >= 4 {
                return self.store(to);
            }
            let mut rest = _mm256_castpd256_pd128(self.0);
            if count & 2 != 0 {
                _mm_storeu_pd(to, rest);
                to = to.add(2);
                rest = _mm256_extractf128_pd::<1>(self.0);
            }
            if count & 1 != 0 {
                _mm_store_sd(to, rest);
            }
        }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: having a vector proves that the processor has AVX2.
        Self(unsafe { _mm256_add_pd(self.0, other.0) })
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: having a vector proves that the processor has AVX2 and FMA.
        Self(unsafe { _mm256_fmadd_pd(self.0, factor.0, addend.0) })
    }

    #[inline(always)]
    fn sum(self) -> f64 {
        // SAFETY: having a vector proves that the processor has AVX2.
        unsafe {
            let two = _mm_add_pd(
                _mm256_castpd256_pd128(self.0),
                _mm256_extractf128_pd::<1>(self.0),
            );
            _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)))
        }
    }

    #[inline(always)]
    unsafe fn call<K: Kernel<Self::Element>>(kernel: K) -> K::Output {
        // SAFETY: the caller's promise: the processor has AVX2 and FMA.
        unsafe { call::<Self, K>(kernel) }
    }

    /// As for eight `f32`, with one step less.
    #[inline(always)]
    unsafe fn transpose(from: *const f64, from_row: isize, to: *mut f64, to_row: usize) {
        // SAFETY: the caller's promise: both blocks are 4 rows of 4 elements.
        unsafe {
            let row = |i: isize| _mm256_loadu_pd(from.offset(i * from_row));
            let (r0, r1, r2, r3) = (row(0), row(1), row(2), row(3));
            let pairs = [
                (_mm256_unpacklo_pd(r0, r1), _mm256_unpacklo_pd(r2, r3)),
                (_mm256_unpackhi_pd(r0, r1), _mm256_unpackhi_pd(r2, r3)),
            ];
            for (j, (top, bottom)) in pairs.into_iter().enumerate() {
                let row = _mm256_permute2f128_pd::<0x20>(top, bottom);
                _mm256_storeu_pd(to.add(j * to_row), row);
            }
            for (j, (top, bottom)) in pairs.into_iter().enumerate() {
                let row = _mm256_permute2f128_pd::<0x31>(top, bottom);
                _mm256_storeu_pd(to.add((j + 2) * to_row), row);
            }
        }
    }
}
