//! The vectors of AVX-512: 512 bits, 32 registers, and masks for partial reads and writes.

use super::{Kernel, Vector, avx2};
use std::arch::x86_64::*;

/// Runs a kernel with the instructions of this level.
#[inline(never)]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
pub(super) fn call<V: Vector, K: Kernel<V::Element>>(kernel: K) -> K::Output {
    // SAFETY: inside this function the features are there.
    unsafe { kernel.run::<V>() }
}

/// Sixteen `f32`.
#[derive(Clone, Copy)]
pub(crate) struct F32x16(__m512);

/// Eight `f64`.
#[derive(Clone, Copy)]
pub(crate) struct F64x8(__m512d);

macro_rules! avx512 {
    (
        $vector:ident, $element:ty, $lanes:literal, $mask:ty, $half:ty,
        $splat:ident, $load:ident, $load_mask:ident, $store:ident, $store_mask:ident, $add:ident, $mul_add:ident,
        $sum:ident
    ) => {
        impl Vector for $vector {
            type Element = $element;
            const LANES: usize = $lanes;
            /// 12 × 2 accumulators and 2 registers of B; elements of A are broadcast from memory. Two rows more would fit, but 24
            /// multiply-adds a step already take longer than its 14 loads.
            const TILE_ROWS: usize = 12;

            #[inline(always)]
            unsafe fn zero() -> Self {
                // SAFETY: the caller's promise: the processor has AVX-512.
                Self(unsafe { $splat(0.0) })
            }

            #[inline(always)]
            unsafe fn splat(x: $element) -> Self {
                // SAFETY: the caller's promise: the processor has AVX-512.
                Self(unsafe { $splat(x) })
            }

            #[inline(always)]
            unsafe fn load(from: *const $element) -> Self {
                // SAFETY: the caller's promise: LANES elements may be read.
                Self(unsafe { $load(from) })
            }

            #[inline(always)]
            unsafe fn load_first(from: *const $element, count: usize) -> Self {
                // SAFETY: lanes that are masked out aren't read.
                Self(unsafe { $load_mask(((1u32 << count) - 1) as $mask, from) })
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $element) {
                // SAFETY: the caller's promise: LANES elements may be written.
                unsafe { $store(to, self.0) }
            }

            #[inline(always)]
            unsafe fn store_first(self, to: *mut $element, count: usize) {
                // SAFETY: lanes that are masked out aren't written.
                unsafe { $store_mask(to, ((1u32 << count) - 1) as $mask, self.0) }
            }

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                // SAFETY: having a vector proves that the processor has AVX-512.
                Self(unsafe { $add(self.0, other.0) })
            }

            #[inline(always)]
            fn mul_add(self, factor: Self, addend: Self) -> Self {
                // SAFETY: having a vector proves that the processor has AVX-512.
                Self(unsafe { $mul_add(self.0, factor.0, addend.0) })
            }

            #[inline(always)]
            fn sum(self) -> $element {
                // SAFETY: having a vector proves that the processor has AVX-512.
                unsafe { $sum(self.0) }
            }

            #[inline(always)]
            unsafe fn call<K: Kernel<Self::Element>>(kernel: K) -> K::Output {
                // SAFETY: the caller's promise: the processor has AVX-512.
                unsafe { call::<Self, K>(kernel) }
            }

            /// Four blocks of half the size, as AVX2 does them.
            #[inline(always)]
            unsafe fn transpose(
                from: *const $element,
                from_row: isize,
                to: *mut $element,
                to_row: usize,
            ) {
                let half = $lanes / 2;
                // The end of each row before the start of the next, which may overlap it.
                for i in [1, 0] {
                    for j in 0..2 {
                        // SAFETY: AVX-512 includes AVX2; the four blocks lie inside the caller's.
                        unsafe {
                            let from = from.offset((i * half) as isize * from_row).add(j * half);
                            <$half>::transpose(
                                from,
                                from_row,
                                to.add(j * half * to_row + i * half),
                                to_row,
                            );
                        }
                    }
                }
            }
        }
    };
}

avx512!(
    F32x16,
    f32,
    16,
    __mmask16,
    avx2::F32x8,
    _mm512_set1_ps,
    _mm512_loadu_ps,
    _mm512_maskz_loadu_ps,
    _mm512_storeu_ps,
    _mm512_mask_storeu_ps,
    _mm512_add_ps,
    _mm512_fmadd_ps,
    _mm512_reduce_add_ps
);
avx512!(
    F64x8,
    f64,
    8,
    __mmask8,
    avx2::F64x4,
    _mm512_set1_pd,
    _mm512_loadu_pd,
    _mm512_maskz_loadu_pd,
    _mm512_storeu_pd,
    _mm512_mask_storeu_pd,
    _mm512_add_pd,
    _mm512_fmadd_pd,
    _mm512_reduce_add_pd
);
