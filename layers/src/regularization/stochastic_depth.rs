//! Stochastic depth: dropout of whole samples.

use super::drop::{drop, noise_shape};
use crate::config::defaults::check_rate;
use crate::unary::unary_layer;
use crate::{Argument, Module, Signature};
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Float, Result};

const WHO: &str = "stochastic_depth";
const SIGNATURE: Signature =
    Signature::new("StochasticDepth", &[Argument::float("x")], &["output"]);

/// The configuration of a [`StochasticDepth`] layer.
#[config]
pub struct StochasticDepthConfig {
    /// The share of samples that are dropped, from 0 to below 1.
    #[required]
    pub drop_path_rate: f64,
    /// The shape of the draw, which is broadcast to the input: none for the input's size, 1 or that size. Absent means
    /// `[b, 1, …, 1]`, one draw a sample.
    pub noise_shape: Option<Vec<Option<usize>>>,
    /// A seed of the layer's own, instead of the tape's.
    pub seed: Option<u64>,
}

impl StochasticDepthConfig {
    /// The layer.
    ///
    /// # Errors
    /// If the rate is outside `[0, 1)`.
    pub fn init(&self) -> Result<StochasticDepth> {
        check_rate(WHO, "drop_path_rate", self.drop_path_rate)?;
        Ok(StochasticDepth {
            config: self.clone(),
        })
    }
}

/// Stochastic depth: in training each sample is kept, and scaled by `1/(1 − drop_path_rate)`, or zeroed whole; in inference
/// `y = x` (Huang et al., *Deep Networks with Stochastic Depth*, 2016). It stands at the end of a residual branch.
///
/// The draw is keyed as that of [`Dropout`](crate::Dropout).
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::StochasticDepthConfig;
/// use etude_tensor::Tensor;
///
/// let layer = StochasticDepthConfig::new(0.2).init()?;
/// let tape = Tape::<f32>::training(7);
/// let y = layer.forward(&tape.input(Tensor::ones([32, 100])))?;
/// assert_eq!(y.shape(), [32, 100]);
/// assert!(y.tensor().to_vec().chunks(100).all(|row| row.iter().all(|&y| y == row[0]))); // all of a row or nothing
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
#[module(no_parameters)]
pub struct StochasticDepth {
    config: StochasticDepthConfig,
}

impl StochasticDepth {
    /// `x [b, ...]` with a share of its samples dropped, if the tape is one for training.
    ///
    /// # Errors
    /// If `noise_shape` doesn't fit `x`, or neither the layer nor the tape has a seed.
    pub fn forward<T: Float>(&self, x: &Var<T>) -> Result<Var<T>> {
        let noise = match &self.config.noise_shape {
            None => x
                .shape()
                .iter()
                .enumerate()
                .map(|(axis, &size)| if axis == 0 { size } else { 1 })
                .collect(),
            Some(entries) => noise_shape(WHO, entries, x.shape())?,
        };
        drop(x, self.config.drop_path_rate, &noise, self.config.seed)
    }
}

unary_layer!([] StochasticDepth, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn whole_samples_go_in_the_share_of_the_rate() -> Result<()> {
        let (rate, samples) = (0.2, 2000);
        let x = Tape::<f64>::training(3).input(Tensor::ones([samples, 2, 2]));
        let y = StochasticDepthConfig::new(rate)
            .init()?
            .forward(&x)?
            .tensor()
            .to_vec();
        assert!(y.chunks(4).all(|sample| {
            sample
                .iter()
                .all(|&y| y == sample[0] && (y == 0.0 || y == 1.0 / (1.0 - rate)))
        }));
        let kept = y.chunks(4).filter(|sample| sample[0] != 0.0).count() as f64 / samples as f64;
        assert!(
            (kept - (1.0 - rate)).abs() < 5.0 * (rate * (1.0 - rate) / samples as f64).sqrt(),
            "{kept} kept"
        );
        Ok(())
    }

    #[test]
    fn a_rate_outside_its_range_is_an_error() {
        let message = StochasticDepthConfig::new(1.5)
            .init()
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "stochastic_depth: drop_path_rate is 1.5; expected a rate from 0 to below 1"
        );
    }
}
