//! The step of an optimizer: one pass over a parameter, its state and its gradient.
//!
//! Adam as a chain of tensor operations would go about a dozen times through memory; the arithmetic is nothing beside
//! that. Here the equation is a scalar function, a [`StepRule`], and [`step`] applies it to every element while
//! parameter, state and gradient pass by once. It is compiled for each level, so rules should be `#[inline(always)]` and
//! free of branches on the elements. Rules hold no fused multiply-add: a step has the same bits on every level.

use super::level::{Level, level};
use super::parallel::{Work, for_each_chunk_of};
use crate::Float;

/// The equation of an optimizer's step for one element.
///
/// ```
/// use etude_tensor::kernels::step::{StepRule, step};
///
/// /// Gradient descent: `p ← p − 0.1·g`.
/// #[derive(Clone, Copy)]
/// struct Descent;
///
/// impl StepRule<f64, 1> for Descent {
///     #[inline(always)]
///     fn update(&self, [p]: [f64; 1], g: f64) -> [f64; 1] {
///         [p - 0.1 * g]
///     }
/// }
///
/// let mut p = [1.0, 2.0];
/// step(&Descent, [&mut p], &[10.0, 0.0]);
/// assert_eq!(p, [0.0, 2.0]);
/// ```
pub trait StepRule<T, const N: usize>: Copy + Sync {
    /// The next values of an element of the parameter (first) and of its state, given that of the gradient.
    fn update(&self, values: [T; N], gradient: T) -> [T; N];
}

/// Elements to a chunk of parallel work.
const CHUNK: usize = 16_384;

/// Applies `rule` to each element of the parameter and its state (`values`, the parameter first) and of the gradient.
/// Allocates nothing.
///
/// # Panics
/// If the slices differ in length.
pub fn step<T: Float, R: StepRule<T, N>, const N: usize>(
    rule: &R,
    values: [&mut [T]; N],
    gradient: &[T],
) {
    for values in &values {
        assert_eq!(
            values.len(),
            gradient.len(),
            "as many elements as the gradient has"
        );
    }
    let work = work::<T>(gradient.len(), N);
    for_each_chunk_of(values, CHUNK, work, |index, values| {
        let start = index * CHUNK;
        let gradient = &gradient[start..start + values[0].len()];
        match level() {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `level` returns only what the machine has: AVX-512 F, DQ, VL and BW here.
            Level::Avx512 => unsafe { avx512(rule, values, gradient) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `level` returns only what the machine has: AVX2 and FMA here.
            Level::Avx2 => unsafe { avx2(rule, values, gradient) },
            _ => pass(rule, values, gradient),
        }
    });
}

/// About what memory takes: each value is read and written, the gradient read.
fn work<T>(elements: usize, values: usize) -> Work {
    let numbers = 2 * values + 1;
    Work::per_element(elements, numbers as f64 * size_of::<T>() as f64 / 20.0)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw")]
fn avx512<T: Float, R: StepRule<T, N>, const N: usize>(
    rule: &R,
    values: [&mut [T]; N],
    gradient: &[T],
) {
    pass(rule, values, gradient);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2<T: Float, R: StepRule<T, N>, const N: usize>(
    rule: &R,
    values: [&mut [T]; N],
    gradient: &[T],
) {
    pass(rule, values, gradient);
}

#[inline(always)]
fn pass<T: Float, R: StepRule<T, N>, const N: usize>(
    rule: &R,
    values: [&mut [T]; N],
    gradient: &[T],
) {
    let len = gradient.len();
    let values = values.map(|slice| &mut slice[..len]); // so that the loop needs no bounds checks
    for i in 0..len {
        let mut element = [T::ZERO; N];
        for k in 0..N {
            element[k] = values[k][i];
        }
        element = rule.update(element, gradient[i]);
        for k in 0..N {
            values[k][i] = element[k];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dual;
    use crate::kernels::{available_levels, with_level};

    /// A rule with a square root, a quotient and two values of state.
    #[derive(Clone, Copy)]
    struct Rough;

    impl<T: Float> StepRule<T, 3> for Rough {
        #[inline(always)]
        fn update(&self, [p, m, v]: [T; 3], g: T) -> [T; 3] {
            let m = m + T::from_f64(0.25) * (g - m);
            let v = v + g * g;
            [p - m / (v.sqrt() + T::from_f64(0.1)), m, v]
        }
    }

    fn values<T: Float>(len: usize, factor: f64) -> Vec<T> {
        (0..len)
            .map(|i| T::from_f64((i as f64 * factor).sin()))
            .collect()
    }

    /// The rule, element by element.
    fn naive<T: Float>(len: usize) -> [Vec<T>; 3] {
        let [mut p, mut m, mut v] = start(len);
        for (i, &g) in values::<T>(len, 0.7).iter().enumerate() {
            [p[i], m[i], v[i]] = Rough.update([p[i], m[i], v[i]], g);
        }
        [p, m, v]
    }

    fn start<T: Float>(len: usize) -> [Vec<T>; 3] {
        let squares = values::<T>(len, 0.3).iter().map(|&v| v * v).collect();
        [values(len, 0.1), values(len, 0.2), squares]
    }

    fn stepped<T: Float>(len: usize) -> [Vec<T>; 3] {
        let [mut p, mut m, mut v] = start(len);
        step(&Rough, [&mut p, &mut m, &mut v], &values(len, 0.7));
        [p, m, v]
    }

    #[test]
    fn every_length_and_level_gives_the_bits_of_the_equation() {
        for level in available_levels() {
            for len in (0..70).chain([CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 17]) {
                assert_eq!(with_level(level, || stepped::<f32>(len)), naive::<f32>(len));
                assert_eq!(with_level(level, || stepped::<f64>(len)), naive::<f64>(len));
            }
        }
        let duals = stepped::<Dual<f64>>(5);
        assert_eq!(duals[0][3].primal(), naive::<f64>(5)[0][3]);
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let len = 9 * CHUNK + 1;
        for threads in [1, 2, 5] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let stepped = pool.build().unwrap().install(|| stepped::<f32>(len));
            assert_eq!(stepped, naive::<f32>(len));
        }
    }

    #[test]
    #[should_panic(expected = "as many elements as the gradient has")]
    fn lengths_are_checked() {
        let [mut p, mut m, mut v] = start::<f32>(4);
        step(&Rough, [&mut p, &mut m, &mut v], &[0.0; 3]);
    }
}
