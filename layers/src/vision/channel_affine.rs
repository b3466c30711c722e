//! A factor and a bias for each channel.

use super::inputs::channels;
use crate::config::Initializer;
use crate::config::defaults::check_size;
use crate::parameters::{build, check_channels, leaf, optional_param, param};
use crate::unary::unary_layer;
use crate::{Argument, Module, Signature};
use etude_autograd::{Param, Var};
use etude_derive::config;
use etude_tensor::{Error, Float, Result, Rng, Tensor};

const WHO: &str = "channel_affine";
const SIGNATURE: Signature = Signature::new("ChannelAffine", &[Argument::float("x")], &["output"]);

/// The configuration of a [`ChannelAffine`].
#[config]
pub struct ChannelAffineConfig {
    /// Whether a bias is added.
    #[default = true]
    pub use_bias: bool,
    /// What every element of the weight starts from.
    #[default = 1.0]
    pub weight_init_value: f64,
    /// How many channels go in; from the first input if absent.
    pub input_size: Option<usize>,
    /// Whether the parameters are trained.
    #[default = true]
    pub trainable: bool,
}

impl ChannelAffineConfig {
    /// The layer; without `input_size` its parameters are made at the first call.
    ///
    /// # Errors
    /// If `input_size` is 0, or `weight_init_value` isn't finite.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<ChannelAffine<T>> {
        let start = self.weight_init_value;
        if !start.is_finite() {
            let message = format!("weight_init_value is {start}; expected a finite number");
            return Err(Error::config(WHO, message));
        }
        let fill = move |shape: &[usize], _: u64| Ok(Tensor::full(shape, start));
        let sizes = ["channels".into()];
        let layer = ChannelAffine {
            weight: param(fill, &sizes, self.trainable, rng),
            bias: optional_param(
                self.use_bias,
                Initializer::Zeros,
                &sizes,
                self.trainable,
                rng,
            ),
            config: self.clone(),
        };
        if let Some(channels) = self.input_size {
            check_size(WHO, "input_size", channels)?;
            layer.make(channels)?;
        }
        Ok(layer)
    }
}

/// An affine map of each channel by itself, `output[…, c] = x[…, c] · weight[c] + bias[c]`: what ResMLP has in place of a
/// normalisation (Touvron et al., *ResMLP*, 2021).
///
/// | parameter | shape |
/// |---|---|
/// | `weight` | `[channels]` |
/// | `bias` | `[channels]`, absent with `use_bias: false` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::ChannelAffineConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let layer = ChannelAffineConfig::new().init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = layer.forward(&tape.input(Tensor::ones([2, 14, 14, 192])))?;
/// assert_eq!(y.shape(), [2, 14, 14, 192]);
/// assert_eq!(layer.weight.value()?.shape(), [192]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct ChannelAffine<T: Float = f32> {
    /// The factors, `[channels]`.
    pub weight: Param<T>,
    /// What is added, `[channels]`.
    pub bias: Option<Param<T>>,
    #[module(skip)]
    config: ChannelAffineConfig,
}

impl<T: Float> ChannelAffine<T> {
    /// `x [..., channels]` of rank 2 or more → the same shape.
    ///
    /// # Errors
    /// If `x` has a lower rank, or another number of channels than the layer was made for.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let channels = channels(WHO, x)?;
        check_channels(WHO, &self.weight, 0, channels, x.shape())?;
        self.make(channels)?;
        let y = x.try_mul(&x.tape().param(&self.weight)?)?;
        match leaf(x.tape(), &self.bias)? {
            Some(bias) => y.try_add(&bias),
            None => Ok(y),
        }
    }

    fn make(&self, channels: usize) -> Result<()> {
        build("weight", &self.weight, &[channels])?;
        build("bias", self.bias.as_ref(), &[channels])
    }
}

unary_layer!([] ChannelAffine<T>, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;

    #[test]
    fn it_starts_as_the_factor_it_was_given() -> Result<()> {
        let layer: ChannelAffine<f64> = ChannelAffineConfig::new()
            .weight_init_value(0.1)
            .init(&mut Rng::seed(1))?;
        let x = Tape::inference().input(Tensor::from([[1.0, -2.0]]));
        assert_eq!(layer.forward(&x)?.tensor().to_vec(), [0.1, -0.2]);
        let refused = ChannelAffineConfig::new()
            .weight_init_value(f64::NAN)
            .init::<f64>(&mut Rng::seed(1));
        assert_eq!(
            refused.unwrap_err().to_string(),
            "channel_affine: weight_init_value is NaN; expected a finite number"
        );
        Ok(())
    }
}
