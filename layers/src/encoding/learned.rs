//! A trained vector for each position.

use crate::config::Initializer;
use crate::config::defaults::check_size;
use crate::parameters::{check_channels, param};
use crate::unary::unary_layer;
use crate::{Argument, Module, Signature};
use etude_autograd::{Param, Var};
use etude_derive::config;
use etude_tensor::{Error, Float, Result, Rng};

const WHO: &str = "learned_positional_encoding";
const SIGNATURE: Signature = Signature::new(
    "LearnedPositionalEncoding",
    &[Argument::float("x")],
    &["output"],
);

/// The configuration of a [`LearnedPositionalEncoding`].
#[config]
pub struct LearnedPositionalEncodingConfig {
    /// How many positions there are at most.
    #[required]
    pub max_length: usize,
    /// How many features there are; from the first input if absent.
    pub input_size: Option<usize>,
    /// What the vectors start from.
    #[default = Initializer::TruncatedNormal]
    pub initializer: Initializer,
    /// Whether the vectors are trained.
    #[default = true]
    pub trainable: bool,
}

impl LearnedPositionalEncodingConfig {
    /// The layer, its vectors seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If a size is 0, or the initializer doesn't suit a matrix.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<LearnedPositionalEncoding<T>> {
        check_size(WHO, "max_length", self.max_length)?;
        let sizes = [self.max_length.into(), "channels".into()];
        let weight = param(self.initializer, &sizes, self.trainable, rng);
        if let Some(input_size) = self.input_size {
            check_size(WHO, "input_size", input_size)?;
            weight.build(&[self.max_length, input_size])?;
        }
        Ok(LearnedPositionalEncoding {
            weight,
            config: self.clone(),
        })
    }
}

/// Adds a trained vector for each position, `output[b, t, :] = x[b, t, :] + weight[t, :]` (Gehring et al., *Convolutional Sequence to Sequence
/// Learning*, 2017).
///
/// | parameter | shape |
/// |---|---|
/// | `weight` | `[max_length, features]` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::LearnedPositionalEncodingConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let encoding = LearnedPositionalEncodingConfig::new(128).init(&mut Rng::seed(1))?;
/// let y = encoding.forward(&Tape::<f32>::inference().input(Tensor::zeros([2, 10, 4])))?;
/// assert_eq!(y.shape(), [2, 10, 4]);
/// assert_eq!(encoding.weight.value()?.shape(), [128, 4]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct LearnedPositionalEncoding<T: Float = f32> {
    /// `[max_length, features]`.
    pub weight: Param<T>,
    #[module(skip)]
    config: LearnedPositionalEncodingConfig,
}

impl<T: Float> LearnedPositionalEncoding<T> {
    /// `x [..., time, features]`, of at most `max_length` positions → the same shape.
    ///
    /// # Errors
    /// If `x` is longer, has a lower rank than 2, or another number of features than the layer was made for.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let max_length = self.config.max_length;
        let &[.., time, features] = x.shape() else {
            let message = format!("expects [..., time, features], got {:?}", x.shape());
            return Err(Error::shape(WHO, message));
        };
        if time > max_length {
            let message = format!(
                "expects at most {max_length} positions, got {time} in an input of shape {:?}; make max_length larger",
                x.shape()
            );
            return Err(Error::shape(WHO, message));
        }
        check_channels(WHO, &self.weight, 1, features, x.shape())?;
        let built = self.weight.build(&[max_length, features]);
        built.map_err(|err| err.in_layer("weight"))?;
        let weight = x.tape().param(&self.weight)?;
        x.try_add(&weight.narrow(0, 0, time)?)
    }
}

unary_layer!([] LearnedPositionalEncoding<T>, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn positions_that_are_not_reached_get_no_gradient() -> Result<()> {
        let encoding: LearnedPositionalEncoding<f64> =
            LearnedPositionalEncodingConfig::new(3).init(&mut Rng::seed(1))?;
        let tape = Tape::new();
        let y = encoding.forward(&tape.input(Tensor::zeros([5, 2, 1])))?;
        assert_eq!(
            y.tensor().to_vec()[..2],
            encoding.weight.value()?.to_vec()[..2]
        );
        let gradients = y.sum(..)?.backward()?;
        assert_eq!(
            gradients.param(&encoding.weight).unwrap().to_vec(),
            [5.0, 5.0, 0.0]
        );
        let message = encoding
            .forward(&Tape::inference().input(Tensor::zeros([1, 4, 1])))
            .unwrap_err();
        assert!(
            message
                .to_string()
                .starts_with("learned_positional_encoding: expects at most 3 positions, got 4"),
            "{message}"
        );
        Ok(())
    }
}
