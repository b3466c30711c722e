//! Random tensors. All numbers are drawn in 64 bits and rounded to the element type, so that a model in `f32`, in `f64`
//! or in dual numbers starts from the same weights and sees the same masks.

use crate::{Error, Float, Result, Rng, Shape, Tensor};
use rand::seq::SliceRandom;
use rand::{Rng as _, RngExt};
use rand_distr::StandardNormal;
use std::ops::Range;

impl<T: Float> Tensor<T> {
    /// Uniform numbers, `0 ≤ y < 1`; none is NaN.
    ///
    /// # Panics
    /// If the shape has more elements than memory can address.
    ///
    /// ```
    /// use etude_tensor::{Rng, Tensor};
    ///
    /// let x = Tensor::<f32>::rand([1000], &mut Rng::seed(0));
    /// assert!(x.to_vec().iter().all(|&x| (0.0..1.0).contains(&x)));
    /// ```
    pub fn rand(shape: impl Into<Shape>, rng: &mut Rng) -> Self {
        Tensor::uniform(shape, 0.0, 1.0, rng).unwrap_or_else(|err| panic!("{err}"))
    }

    /// Numbers of the standard normal distribution, of density `p(y) = exp(−y²/2)/√(2π)`; none is NaN.
    ///
    /// # Panics
    /// If the shape has more elements than memory can address.
    ///
    /// ```
    /// use etude_tensor::{Rng, Tensor};
    ///
    /// let x = Tensor::<f64>::randn([10, 10], &mut Rng::seed(0));
    /// assert!(x.to_vec().iter().sum::<f64>().abs() < 30.0); // the deviation of the sum is 10
    /// ```
    pub fn randn(shape: impl Into<Shape>, rng: &mut Rng) -> Self {
        Tensor::normal(shape, 0.0, 1.0, rng).unwrap_or_else(|err| panic!("{err}"))
    }

    /// Uniform numbers in `[low, high)`: `y = low + (high − low)·u` with `u` of 53 bits; none is NaN. A number that rounding would carry
    /// to `high` becomes `low`.
    ///
    /// # Errors
    /// If `low` and `high` aren't finite with `low < high`, or the shape is larger than memory.
    ///
    /// ```
    /// use etude_tensor::{Rng, Tensor};
    ///
    /// let x = Tensor::<f32>::uniform([4, 4], -0.05, 0.05, &mut Rng::seed(0))?;
    /// assert!(x.to_vec().iter().all(|x| x.abs() <= 0.05));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn uniform(shape: impl Into<Shape>, low: f64, high: f64, rng: &mut Rng) -> Result<Self> {
        let width = high - low;
        if !(width > 0.0 && width.is_finite()) {
            return Err(Error::value(
                "uniform",
                format!(
                    "from {low} to {high}; expected finite numbers, the first below the second"
                ),
            ));
        }
        let (first, end) = (T::from_f64(low), T::from_f64(high));
        rng.draw("uniform", shape, 3.0, |words, out| {
            for value in out {
                let drawn = T::from_f64(low + width * unit(words.next_u64()));
                *value = if drawn < end { drawn } else { first };
            }
        })
    }

    /// Numbers of the normal distribution with the given mean and standard deviation: `y = mean + std·z` with z as of [`randn`](Tensor::randn).
    ///
    /// # Errors
    /// If the mean isn't finite, the deviation is negative or not finite, or the shape is larger than memory.
    ///
    /// ```
    /// use etude_tensor::{Rng, Tensor};
    ///
    /// let x = Tensor::<f32>::normal([4, 4], 10.0, 0.1, &mut Rng::seed(0))?;
    /// assert!(x.to_vec().iter().all(|x| (x - 10.0).abs() < 1.0));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn normal(shape: impl Into<Shape>, mean: f64, std: f64, rng: &mut Rng) -> Result<Self> {
        check_normal("normal", mean, std)?;
        rng.draw("normal", shape, 5.0, |words, out| {
            for value in out {
                let z: f64 = words.sample(StandardNormal);
                *value = T::from_f64(mean + std * z);
            }
        })
    }

    /// Numbers of the normal distribution, `y = mean + std·z`, drawn again while they lie more than `cut` standard deviations from the
    /// mean, `|z| > cut`. (With a `cut` of 2 the deviation of what remains is 0.8796 of `std`.)
    ///
    /// # Errors
    /// If the mean isn't finite, the deviation is negative or not finite, `cut` is below 0.1 or NaN, or the shape is
    /// larger than memory.
    ///
    /// ```
    /// use etude_tensor::{Rng, Tensor};
    ///
    /// let x = Tensor::<f32>::truncated_normal([100], 0.0, 0.05, 2.0, &mut Rng::seed(0))?;
    /// assert!(x.to_vec().iter().all(|x| x.abs() <= 0.1));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn truncated_normal(
        shape: impl Into<Shape>,
        mean: f64,
        std: f64,
        cut: f64,
        rng: &mut Rng,
    ) -> Result<Self> {
        check_normal("truncated_normal", mean, std)?;
        if cut.is_nan() || cut < 0.1 {
            return Err(Error::value(
                "truncated_normal",
                format!("a cut at {cut} standard deviations; expected at least 0.1"),
            ));
        }
        rng.draw("truncated_normal", shape, 6.0, |words, out| {
            for value in out {
                let mut z: f64 = words.sample(StandardNormal);
                while z.abs() > cut {
                    z = words.sample(StandardNormal);
                }
                *value = T::from_f64(mean + std * z);
            }
        })
    }
}

impl Tensor<bool> {
    /// `true` with probability `P(y = true) = p` (to within 2⁻³²), each element by itself.
    ///
    /// # Errors
    /// If `p` isn't between 0 and 1, or the shape is larger than memory.
    ///
    /// ```
    /// use etude_tensor::{Rng, Tensor};
    ///
    /// let keep = Tensor::bernoulli([1000], 0.9, &mut Rng::seed(0))?;
    /// let kept = keep.to_vec().iter().filter(|&&keep| keep).count();
    /// assert!((850..950).contains(&kept));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn bernoulli(shape: impl Into<Shape>, p: f64, rng: &mut Rng) -> Result<Self> {
        if !(0.0..=1.0).contains(&p) {
            return Err(Error::value(
                "bernoulli",
                format!("probability {p}; expected 0 to 1"),
            ));
        }
        let threshold = crate::rng::threshold(p);
        rng.draw("bernoulli", shape, 1.2, |words, out| {
            let mut bytes = [0; 4 * 256];
            for out in out.chunks_mut(256) {
                words.fill_bytes(&mut bytes[..4 * out.len()]);
                for (value, word) in out.iter_mut().zip(bytes.as_chunks().0) {
                    *value = u64::from(u32::from_le_bytes(*word)) < threshold;
                }
            }
        })
    }
}

impl Tensor<i64> {
    /// Integers of the range, `start ≤ y < end`, all equally likely.
    ///
    /// # Errors
    /// If the range is empty, or the shape is larger than memory.
    ///
    /// ```
    /// use etude_tensor::{Rng, Tensor};
    ///
    /// let labels = Tensor::randint([32], 0..10, &mut Rng::seed(0))?;
    /// assert!(labels.to_vec().iter().all(|label| (0..10).contains(label)));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn randint(shape: impl Into<Shape>, range: Range<i64>, rng: &mut Rng) -> Result<Self> {
        if range.is_empty() {
            return Err(Error::value(
                "randint",
                format!("the range {range:?} is empty; expected its start below its end"),
            ));
        }
        rng.draw("randint", shape, 4.0, |words, out| {
            for value in out {
                *value = words.random_range(range.clone());
            }
        })
    }

    /// The numbers `0 ≤ y[i] < count`, each once, in random order, all orders equally likely.
    ///
    /// ```
    /// use etude_tensor::{Rng, Tensor};
    ///
    /// let mut order = Tensor::permutation(5, &mut Rng::seed(0)).to_vec();
    /// order.sort();
    /// assert_eq!(order, [0, 1, 2, 3, 4]);
    /// ```
    ///
    /// # Panics
    /// If they are more than memory can address.
    pub fn permutation(count: usize, rng: &mut Rng) -> Self {
        let mut order = Tensor::zeros([count]);
        order
            .make_mut()
            .iter_mut()
            .zip(0..)
            .for_each(|(to, i)| *to = i);
        order.make_mut().shuffle(&mut rng.stream());
        order
    }
}

/// 53 random bits as a number in `[0, 1)`.
fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

fn check_normal(op: &str, mean: f64, std: f64) -> Result<()> {
    if mean.is_finite() && std.is_finite() && std >= 0.0 {
        Ok(())
    } else {
        Err(Error::value(
            op,
            format!(
                "mean {mean}, standard deviation {std}; expected finite numbers, the deviation not negative"
            ),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dual;
    use crate::kernels::{available_levels, with_level};

    /// Mean and variance of the elements.
    fn moments(x: &Tensor<f64>) -> (f64, f64) {
        let n = x.elements() as f64;
        let mean = x.to_vec().iter().sum::<f64>() / n;
        (
            mean,
            x.to_vec().iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n,
        )
    }

    #[test]
    fn the_same_bits_on_any_number_of_threads_and_at_any_level() {
        let all = || {
            let rng = &mut Rng::seed(3);
            let shape = [70_001];
            (
                Tensor::<f32>::rand(shape, rng).to_vec(),
                Tensor::<f64>::randn(shape, rng).to_vec(),
                Tensor::<f32>::truncated_normal(shape, 0.0, 1.0, 0.5, rng)
                    .unwrap()
                    .to_vec(),
                Tensor::bernoulli(shape, 0.3, rng).unwrap().to_vec(),
                Tensor::randint(shape, -5..1000, rng).unwrap().to_vec(),
                Tensor::permutation(20_000, rng).to_vec(),
            )
        };
        let alone = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build()
            .unwrap()
            .install(all);
        for threads in [2, 5] {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            assert!(pool.install(all) == alone, "{threads} threads");
        }
        for level in available_levels() {
            assert!(with_level(level, all) == alone, "{level:?}");
        }
    }

    #[test]
    fn a_seed_keeps_its_meaning() {
        let rng = &mut Rng::seed(42);
        let x = Tensor::<f64>::rand([20_000], rng);
        let place = |i: isize| x.at(&[i]).unwrap();
        assert_eq!([place(0), place(1), place(10_000)], GOLDEN_UNIFORM);
        let z = Tensor::<f64>::randn([3], rng).to_vec();
        assert_eq!(z, GOLDEN_NORMAL);
        assert_eq!(Tensor::permutation(8, rng).to_vec(), GOLDEN_ORDER);
    }

    const GOLDEN_UNIFORM: [f64; 3] = [0.3482544685480763, 0.28569857126296205, 0.8826765965815505];
    const GOLDEN_NORMAL: [f64; 3] = [0.6151571425271949, -1.1593845782342667, 0.11562701490836447];
    const GOLDEN_ORDER: [i64; 8] = [3, 4, 2, 1, 5, 7, 6, 0];

    #[test]
    fn every_type_gets_the_same_numbers() {
        let single = Tensor::<f32>::randn([100], &mut Rng::seed(1)).to_vec();
        let double = Tensor::<f64>::randn([100], &mut Rng::seed(1)).to_vec();
        let dual = Tensor::<Dual<f64>>::randn([100], &mut Rng::seed(1)).to_vec();
        for i in 0..100 {
            assert_eq!(single[i], double[i] as f32);
            assert_eq!((dual[i].value, dual[i].tangent), (double[i], 0.0));
        }
    }

    #[test]
    fn moments_are_those_of_the_distributions() {
        let n = 200_000;
        let rng = &mut Rng::seed(5);
        // Six standard errors of the mean, and of the variance.
        let close = |x: &Tensor<f64>, mean: f64, var: f64| {
            let (m, v) = moments(x);
            let tolerance = 6.0 * (var / n as f64).sqrt();
            assert!((m - mean).abs() < tolerance, "mean {m}, expected {mean}");
            assert!(
                (v - var).abs() < 10.0 * var / (n as f64).sqrt(),
                "variance {v}, expected {var}"
            );
        };
        close(
            &Tensor::uniform([n], -1.0, 3.0, rng).unwrap(),
            1.0,
            16.0 / 12.0,
        );
        close(&Tensor::normal([n], 2.0, 0.5, rng).unwrap(), 2.0, 0.25);
        close(
            &Tensor::truncated_normal([n], 0.0, 1.0, 2.0, rng).unwrap(),
            0.0,
            0.87962566_f64.powi(2),
        );
        close(
            &Tensor::bernoulli([n], 0.1, rng).unwrap().cast().unwrap(),
            0.1,
            0.09,
        );
        close(
            &Tensor::randint([n], 0..10, rng).unwrap().cast().unwrap(),
            4.5,
            8.25,
        );
    }

    #[test]
    fn neighbouring_numbers_and_draws_are_uncorrelated() {
        let rng = &mut Rng::seed(6);
        let (a, b) = (
            Tensor::<f64>::randn([100_000], rng).to_vec(),
            Tensor::<f64>::randn([100_000], rng).to_vec(),
        );
        let correlation = |x: &[f64], y: &[f64]| {
            x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>() / x.len() as f64
        };
        assert!(correlation(&a, &b).abs() < 0.02);
        assert!(correlation(&a[1..], &a).abs() < 0.02);
        // Chunks begin at places of their own.
        assert!(correlation(&a[8192..16384], &a[..8192]).abs() < 0.07);
    }

    #[test]
    fn the_ends_are_exact() {
        let rng = &mut Rng::seed(7);
        assert!(
            Tensor::bernoulli([10_000], 1.0, rng)
                .unwrap()
                .to_vec()
                .iter()
                .all(|&b| b)
        );
        assert!(
            !Tensor::bernoulli([10_000], 0.0, rng)
                .unwrap()
                .to_vec()
                .contains(&true)
        );
        assert_eq!(
            Tensor::<f32>::normal([9], 3.0, 0.0, rng).unwrap().to_vec(),
            [3.0; 9]
        );
        assert_eq!(Tensor::randint([9], 4..5, rng).unwrap().to_vec(), [4; 9]);
        let high = 1.0 + f32::EPSILON as f64;
        let narrow = Tensor::<f32>::uniform([1000], 1.0, high, rng).unwrap();
        assert!(
            narrow.to_vec().iter().all(|&x| (x as f64) < high),
            "never the upper end"
        );
        let all = Tensor::randint([1000], i64::MIN..i64::MAX, rng)
            .unwrap()
            .to_vec();
        assert!(all.iter().any(|&x| x > i64::MAX / 2) && all.iter().any(|&x| x < i64::MIN / 2));
    }

    #[test]
    fn wrong_parameters_are_errors() {
        let rng = &mut Rng::seed(0);
        let message = |r: Result<Tensor>| r.unwrap_err().to_string();
        assert_eq!(
            message(Tensor::uniform([2], 1.0, 1.0, rng)),
            "uniform: from 1 to 1; expected finite numbers, the first below the second"
        );
        assert!(message(Tensor::uniform([2], f64::NAN, 1.0, rng)).contains("finite"));
        assert!(message(Tensor::uniform([2], f64::MIN, f64::MAX, rng)).contains("finite"));
        assert_eq!(
            message(Tensor::normal([2], 0.0, -1.0, rng)),
            "normal: mean 0, standard deviation -1; expected finite numbers, the deviation not negative"
        );
        assert!(
            message(Tensor::truncated_normal([2], 0.0, 1.0, 0.0, rng)).contains("at least 0.1")
        );
        assert!(
            message(Tensor::truncated_normal([2], f64::NAN, 1.0, 2.0, rng)).contains("mean NaN")
        );
        assert_eq!(
            Tensor::bernoulli([2], 1.5, rng).unwrap_err().to_string(),
            "bernoulli: probability 1.5; expected 0 to 1"
        );
        assert!(Tensor::bernoulli([2], f64::NAN, rng).is_err());
        assert!(
            Tensor::randint([2], 5..5, rng)
                .unwrap_err()
                .to_string()
                .contains("5..5 is empty")
        );
        assert_eq!(rng, &Rng::seed(0), "an error draws nothing");
    }
}
