//! The sum of squares, `Σ x²`, in 64 bits: what the norm of a model's gradients is made of.

use super::level::{Level, level};
use super::parallel::{Work, map_chunks};
use crate::Float;

/// Elements to a chunk; the sums of the chunks are added in their order.
const CHUNK: usize = 16_384;

/// Sums that are formed side by side, so that one addition needn't wait for the other.
const LANES: usize = 32;

/// `Σ x²` of the plain values. In 64 bits, so that no finite `f32` overflows; NaN if there is one.
pub fn square_sum<T: Float>(x: &[T]) -> f64 {
    let work = Work::per_element(x.len(), 0.1);
    let sums = map_chunks(x.len().div_ceil(CHUNK), work, |index| {
        let start = index * CHUNK;
        let x = &x[start..x.len().min(start + CHUNK)];
        match level() {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `level` returns only what the machine has: AVX-512 F, DQ, VL and BW here.
            Level::Avx512 => unsafe { avx512(x) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `level` returns only what the machine has: AVX2 and FMA here.
            Level::Avx2 => unsafe { avx2(x) },
            _ => lanes(x),
        }
    });
    sums.into_iter().sum()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw")]
fn avx512<T: Float>(x: &[T]) -> f64 {
    lanes(x)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2<T: Float>(x: &[T]) -> f64 {
    lanes(x)
}

#[inline(always)]
fn lanes<T: Float>(x: &[T]) -> f64 {
    let (blocks, rest) = x.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for block in blocks {
        for (sum, &x) in sums.iter_mut().zip(block) {
            *sum += x.primal() * x.primal();
        }
    }
    for (sum, &x) in sums.iter_mut().zip(rest) {
        *sum += x.primal() * x.primal();
    }
    sums.into_iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::{available_levels, with_level};

    #[test]
    fn agrees_with_the_sum_one_by_one_on_every_level_and_thread_count() {
        for len in (0..40).chain([CHUNK - 1, CHUNK + 1, 20 * CHUNK + 5]) {
            let x: Vec<f32> = (0..len).map(|i| (i as f32 * 0.7).sin() * 1e20).collect();
            let naive: f64 = x.iter().map(|&x| f64::from(x).powi(2)).sum();
            let alone = square_sum(&x);
            assert!(
                (alone - naive).abs() <= 1e-12 * naive,
                "{alone} and {naive}"
            );
            for level in available_levels() {
                for threads in [1, 3] {
                    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
                    let sum = pool
                        .unwrap()
                        .install(|| with_level(level, || square_sum(&x)));
                    assert_eq!(sum, alone);
                }
            }
        }
    }

    #[test]
    fn a_nan_shows() {
        assert!(square_sum(&[1.0_f32, f32::NAN, 2.0]).is_nan());
        assert_eq!(square_sum(&[f32::NEG_INFINITY, 1.0]), f64::INFINITY);
    }
}
