//! The baseline vectors: `wide`'s portable types, which are SSE2 on x86-64 and NEON on AArch64.
//!
//! Reads and writes of a part of a register go through an array; only the edges of matrices need them.

use super::{Kernel, Vector};

/// Runs a kernel with the instructions that the program was compiled for, which have to include those of `V`.
#[inline(never)]
unsafe fn call<V: Vector, K: Kernel<V::Element>>(kernel: K) -> K::Output {
    // SAFETY: the caller's promise.
    unsafe { kernel.run::<V>() }
}

macro_rules! portable {
    ($vector:ty, $element:ty, $lanes:literal, $rows:literal) => {
        impl Vector for $vector {
            type Element = $element;
            const LANES: usize = $lanes;
            const TILE_ROWS: usize = $rows;

            #[inline(always)]
            unsafe fn zero() -> Self {
                <$vector>::ZERO
            }

            #[inline(always)]
            unsafe fn splat(x: $element) -> Self {
                <$vector>::splat(x)
            }

            #[inline(always)]
            unsafe fn load(from: *const $element) -> Self {
                // SAFETY: the caller's promise: LANES elements may be read.
                <$vector>::from(unsafe { from.cast::<[$element; $lanes]>().read_unaligned() })
            }

            #[inline(always)]
            unsafe fn load_first(from: *const $element, count: usize) -> Self {
                let mut lanes = [0.0; $lanes];
                for (i, lane) in lanes.iter_mut().enumerate().take(count) {
                    // SAFETY: the caller's promise: `count` elements may be read.
                    *lane = unsafe { *from.add(i) };
                }
                <$vector>::from(lanes)
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $element) {
                // SAFETY: the caller's promise: LANES elements may be written.
                unsafe {
                    to.cast::<[$element; $lanes]>()
                        .write_unaligned(self.to_array())
                }
            }

            #[inline(always)]
            unsafe fn store_first(self, to: *mut $element, count: usize) {
                for (i, lane) in self.to_array().into_iter().enumerate().take(count) {
                    // SAFETY: the caller's promise: `count` elements may be written.
                    unsafe { *to.add(i) = lane }
                }
            }

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                self + other
            }

            #[inline(always)]
            fn mul_add(self, factor: Self, addend: Self) -> Self {
                self * factor + addend
            }

            #[inline(always)]
            unsafe fn call<K: Kernel<$element>>(kernel: K) -> K::Output {
                // SAFETY: `wide` uses no more than what the program was compiled for.
                unsafe { call::<Self, K>(kernel) }
            }

            #[inline(always)]
            fn sum(self) -> $element {
                let mut lanes = self.to_array();
                let mut half = $lanes / 2;
                while half > 0 {
                    for i in 0..half {
                        lanes[i] += lanes[i + half];
                    }
                    half /= 2;
                }
                lanes[0]
            }
        }
    };
}

// 6 × 2 accumulators, 2 registers of B, 1 of A and 1 product: the 16 registers of SSE2.
portable!(wide::f32x4, f32, 4, 6);
portable!(wide::f64x2, f64, 2, 6);
