//! A bias by itself.

use super::inputs::channels;
use crate::config::Initializer;
use crate::config::defaults::check_size;
use crate::parameters::{build, check_channels, param};
use crate::unary::unary_layer;
use crate::{Argument, Module, Signature};
use etude_autograd::{Param, Var};
use etude_derive::config;
use etude_tensor::{Float, Result, Rng};

const WHO: &str = "bias_layer";
const SIGNATURE: Signature = Signature::new("BiasLayer", &[Argument::float("x")], &["output"]);

/// The configuration of a [`BiasLayer`].
#[config]
pub struct BiasLayerConfig {
    /// How many channels go in; from the first input if absent.
    pub input_size: Option<usize>,
    /// Whether the bias is trained.
    #[default = true]
    pub trainable: bool,
}

impl BiasLayerConfig {
    /// The layer; without `input_size` its bias is made at the first call.
    ///
    /// # Errors
    /// If `input_size` is 0.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<BiasLayer<T>> {
        let layer = BiasLayer {
            bias: param(
                Initializer::Zeros,
                &["channels".into()],
                self.trainable,
                rng,
            ),
            config: self.clone(),
        };
        if let Some(channels) = self.input_size {
            check_size(WHO, "input_size", channels)?;
            build("bias", &layer.bias, &[channels])?;
        }
        Ok(layer)
    }
}

/// A learned number for each channel, `output[…, c] = x[…, c] + bias[c]`, as VOLO has it (Yuan et al., 2021).
///
/// | parameter | shape |
/// |---|---|
/// | `bias` | `[channels]` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::BiasLayerConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let layer = BiasLayerConfig::new().init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = layer.forward(&tape.input(Tensor::ones([2, 14, 14, 192])))?;
/// assert_eq!(y.shape(), [2, 14, 14, 192]);
/// assert_eq!(layer.bias.value()?.shape(), [192]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct BiasLayer<T: Float = f32> {
    /// What is added, `[channels]`.
    pub bias: Param<T>,
    #[module(skip)]
    config: BiasLayerConfig,
}

impl<T: Float> BiasLayer<T> {
    /// `x [..., channels]` of rank 2 or more → the same shape.
    ///
    /// # Errors
    /// If `x` has a lower rank, or another number of channels than the layer was made for.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let channels = channels(WHO, x)?;
        check_channels(WHO, &self.bias, 0, channels, x.shape())?;
        build("bias", &self.bias, &[channels])?;
        x.try_add(&x.tape().param(&self.bias)?)
    }
}

unary_layer!([] BiasLayer<T>, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn the_bias_goes_to_every_position_and_wrong_inputs_are_told_what_fits() -> Result<()> {
        let mut layer: BiasLayer<f64> = BiasLayerConfig::new()
            .input_size(2)
            .init(&mut Rng::seed(1))?;
        layer.bias.set(Tensor::from([10.0, 20.0]))?;
        let tape = Tape::new();
        let x = tape.input(Tensor::from([[1.0, 2.0], [3.0, 4.0]]));
        let y = layer.forward(&x)?;
        assert_eq!(y.tensor().to_vec(), [11.0, 22.0, 13.0, 24.0]);
        assert_eq!(
            y.sum(..)?.backward()?.param(&layer.bias).unwrap().to_vec(),
            [2.0, 2.0]
        );
        let message = |shape: &[usize]| {
            let x = tape.input(Tensor::zeros(shape));
            layer.forward(&x).unwrap_err().to_string()
        };
        assert_eq!(
            message(&[1, 3]),
            "bias_layer: expects 2 input channels, got 3 in an input of shape [1, 3]"
        );
        assert_eq!(
            message(&[2]),
            "bias_layer: expects an input [..., channels] of rank 2 or more, got [2]"
        );
        Ok(())
    }
}
