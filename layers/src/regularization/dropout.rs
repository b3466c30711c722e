//! Dropout.

use super::drop::{drop, noise_shape};
use crate::config::defaults::check_rate;
use crate::unary::unary_layer;
use crate::{Argument, Module, Signature};
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Float, Result};

const WHO: &str = "dropout";
const SIGNATURE: Signature = Signature::new("Dropout", &[Argument::float("x")], &["output"]);

/// The configuration of a [`Dropout`] layer.
#[config]
pub struct DropoutConfig {
    /// The share of elements that are dropped, from 0 to below 1.
    #[required]
    pub rate: f64,
    /// The shape of the draw, which is broadcast to the input: none for the input's size, 1 or that size. Absent means the
    /// input's shape.
    pub noise_shape: Option<Vec<Option<usize>>>,
    /// A seed of the layer's own, instead of the tape's.
    pub seed: Option<u64>,
}

impl DropoutConfig {
    /// The layer.
    ///
    /// # Errors
    /// If the rate is outside `[0, 1)`.
    pub fn init(&self) -> Result<Dropout> {
        check_rate(WHO, "rate", self.rate)?;
        Ok(Dropout {
            config: self.clone(),
        })
    }
}

/// Dropout: in training `y = x · k / (1 − rate)` with `k` drawn independently as 1 with probability `1 − rate`, else 0; in
/// inference `y = x` (Srivastava et al., *Dropout: A Simple Way to Prevent Neural Networks from Overfitting*, 2014).
///
/// A draw is keyed by the layer's `seed`, or else the tape's, with the tape's step and the draw's number in it: two runs that begin
/// with the same seeds drop the same elements, and a recomputation drops what was dropped the first time. What is
/// dropped is exactly 0, even if it was NaN or infinite.
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::DropoutConfig;
/// use etude_tensor::Tensor;
///
/// let dropout = DropoutConfig::new(0.5).init()?;
/// let tape = Tape::<f32>::training(7);
/// let y = dropout.forward(&tape.input(Tensor::ones([32, 100])))?;
/// assert_eq!(y.shape(), [32, 100]);
/// assert!(y.tensor().to_vec().iter().all(|&y| y == 0.0 || y == 2.0));
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
#[module(no_parameters)]
pub struct Dropout {
    config: DropoutConfig,
}

impl Dropout {
    /// `x` with a share of its elements dropped, if the tape is one for training.
    ///
    /// # Errors
    /// If `noise_shape` doesn't fit `x`, or neither the layer nor the tape has a seed.
    pub fn forward<T: Float>(&self, x: &Var<T>) -> Result<Var<T>> {
        let noise = match &self.config.noise_shape {
            None => x.shape().to_vec(),
            Some(entries) => noise_shape(WHO, entries, x.shape())?,
        };
        drop(x, self.config.rate, &noise, self.config.seed)
    }
}

unary_layer!([] Dropout, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    const RATE: f64 = 0.3;

    fn dropped(config: DropoutConfig, tape: &Tape<f64>, x: &Tensor<f64>) -> Tensor<f64> {
        config
            .init()
            .unwrap()
            .forward(&tape.input(x.clone()))
            .unwrap()
            .into_tensor()
    }

    /// The kept share must be within 5 deviations of 1 − rate.
    fn check_share(kept: usize, draws: usize) {
        let bound = 5.0 * (RATE * (1.0 - RATE) / draws as f64).sqrt();
        let share = kept as f64 / draws as f64;
        assert!(
            (share - (1.0 - RATE)).abs() < bound,
            "{kept} of {draws} kept"
        );
    }

    #[test]
    fn elements_are_dropped_independently_along_each_axis_and_between_calls() -> Result<()> {
        let (rows, columns) = (300, 400);
        let x = Tensor::full([rows, columns], 3.0);
        let tape = Tape::training(5);
        let y = dropped(DropoutConfig::new(RATE), &tape, &x).to_vec();
        assert!(y.iter().all(|&y| y == 0.0 || y == 3.0 / (1.0 - RATE)));
        let kept: Vec<bool> = y.iter().map(|&y| y != 0.0).collect();
        check_share(kept.iter().filter(|&&kept| kept).count(), rows * columns);
        for row in kept.chunks(columns) {
            check_share(row.iter().filter(|&&kept| kept).count(), columns);
        }
        for column in 0..columns {
            check_share(
                (0..rows).filter(|row| kept[row * columns + column]).count(),
                rows,
            );
        }
        // Two calls agree where both keep or both drop.
        let again = dropped(DropoutConfig::new(RATE), &tape, &x).to_vec();
        let agree = kept
            .iter()
            .zip(&again)
            .filter(|&(&kept, &y)| kept == (y != 0.0))
            .count() as f64;
        let (n, p) = (kept.len() as f64, (1.0 - RATE).powi(2) + RATE * RATE);
        assert!(
            (agree / n - p).abs() < 5.0 * (p * (1.0 - p) / n).sqrt(),
            "{agree} of {n} agree"
        );
        Ok(())
    }

    #[test]
    fn the_same_seed_drops_the_same() {
        let x = Tensor::ones([100]);
        let own = DropoutConfig::new(0.5).seed(3);
        let plain = DropoutConfig::new(0.5);
        let first =
            |config: &DropoutConfig, seed| dropped(config.clone(), &Tape::training(seed), &x);
        assert_eq!(first(&plain, 1), first(&plain, 1));
        assert_ne!(first(&plain, 1), first(&plain, 2));
        assert_eq!(first(&own, 1), first(&own, 2));
        let second_step = dropped(plain.clone(), &Tape::training(1).at_step(1), &x);
        assert_ne!(first(&plain, 1), second_step);
        let tape = Tape::training(1);
        dropped(plain, &tape, &x);
        assert_eq!(
            dropped(own.clone(), &tape, &x),
            first(&own, 1),
            "whatever else drew before"
        );
    }

    #[test]
    fn the_gradient_has_the_same_mask() -> Result<()> {
        let tape = Tape::training(1);
        let x = tape.var(Tensor::full([50], 2.0));
        let y = DropoutConfig::new(0.5).init()?.forward(&x)?;
        let gradient = y.sum(..)?.backward()?.get(&x)?.to_vec();
        assert_eq!(
            gradient,
            y.tensor()
                .to_vec()
                .iter()
                .map(|y| y / 2.0)
                .collect::<Vec<_>>()
        );
        Ok(())
    }

    #[test]
    fn dropped_nan_and_infinity_are_0_and_have_no_gradient() -> Result<()> {
        let tape = Tape::training(1);
        for value in [f64::NAN, f64::INFINITY] {
            let x = tape.var(Tensor::full([50], value));
            let y = DropoutConfig::new(0.5).init()?.forward(&x)?;
            let kept: Vec<bool> = y.tensor().to_vec().iter().map(|&y| y != 0.0).collect();
            assert!(kept.contains(&true) && kept.contains(&false));
            assert!(
                y.tensor()
                    .to_vec()
                    .iter()
                    .all(|y| !y.is_finite() || *y == 0.0)
            );
            let gradient = y.sum(..)?.backward()?.get(&x)?.to_vec();
            let expected = kept.iter().map(|&kept| if kept { 2.0 } else { 0.0 });
            assert_eq!(gradient, expected.collect::<Vec<_>>());
        }
        Ok(())
    }

    #[test]
    fn a_noise_shape_draws_once_for_a_whole_axis() -> Result<()> {
        let config = DropoutConfig::new(0.5).noise_shape([None, Some(1)]);
        let y = dropped(config.clone(), &Tape::training(2), &Tensor::ones([40, 3])).to_vec();
        assert!(y.chunks(3).all(|row| row[0] == row[1] && row[1] == row[2]));
        assert!(y.chunks(3).any(|row| row[0] != y[0]));
        let x = Tape::<f64>::training(2).input(Tensor::ones([40, 3, 2]));
        let message = config.init()?.forward(&x).unwrap_err().to_string();
        assert!(
            message.starts_with(
                "dropout: noise_shape [null, 1] doesn't fit an input of shape [40, 3, 2]"
            ),
            "{message}"
        );
        Ok(())
    }

    #[test]
    fn inference_and_rate_0_change_nothing() {
        let x = Tensor::from([1.0, -2.0]);
        assert_eq!(dropped(DropoutConfig::new(0.9), &Tape::inference(), &x), x);
        assert_eq!(dropped(DropoutConfig::new(0.0), &Tape::training(1), &x), x);
    }

    #[test]
    fn a_rate_outside_its_range_is_an_error() {
        for rate in [1.0, -0.1, f64::NAN] {
            let message = DropoutConfig::new(rate).init().unwrap_err().to_string();
            assert!(message.starts_with("dropout: rate is "), "{message}");
        }
    }
}
