//! Positions from a depthwise convolution.

use super::inputs::{check_odd, example, side_behind_class_token, tokens};
use super::kernel::{Kernel, centred};
use crate::config::Initializer;
use crate::config::defaults::check_size;
use crate::parameters::{check_channels, inside};
use crate::unary::unary_layer;
use crate::{Argument, Layer, Module, Signature};
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Float, Result, Rng};

const WHO: &str = "conv_positional_encoding";
const SIGNATURE: Signature = Signature::new(
    "ConvPositionalEncoding",
    &[Argument::float("x")],
    &["output"],
);

/// The configuration of a [`ConvPositionalEncoding`].
#[config]
pub struct ConvPositionalEncodingConfig {
    /// The side of the window, odd.
    #[default = 3]
    pub kernel_size: usize,
    /// How many channels go in; from the first input if absent.
    pub input_size: Option<usize>,
    /// Whether the parameters are trained.
    #[default = true]
    pub trainable: bool,
}

impl ConvPositionalEncodingConfig {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If `kernel_size` is even, or `input_size` is 0.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<ConvPositionalEncoding<T>> {
        check_odd(WHO, "kernel_size", self.kernel_size)?;
        let layer = ConvPositionalEncoding {
            dconv: Kernel::new(Initializer::Xavier, true, self.trainable, rng),
            config: self.clone(),
        };
        if let Some(channels) = self.input_size {
            check_size(WHO, "input_size", channels)?;
            layer.build(&example(&[1, 2, channels])?)?;
        }
        Ok(layer)
    }
}

/// Tells image tokens where they are by their neighbours (Xu et al., *Co-Scale Conv-Attentional Image Transformers*, 2021): a depthwise convolution,
/// padded to the same size, is added to the image behind the class token.
///
/// ```text
/// output[:, 0] = x[:, 0]
/// output[:, 1:] = dconv(z) + z        z = x[:, 1:] as an image [b, s, s, channels], row by row
/// ```
///
/// | parameter | shape |
/// |---|---|
/// | `dconv.weight`, `dconv.bias` | `[kernel_size, kernel_size, 1, channels]`, `[channels]` |
///
/// ```
/// use etude_autograd::{Module, Tape};
/// use etude_layers::ConvPositionalEncodingConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let layer = ConvPositionalEncodingConfig::new().init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = layer.forward(&tape.input(Tensor::ones([1, 197, 256])))?;
/// assert_eq!(y.shape(), [1, 197, 256]);
/// assert_eq!(layer.state_dict()?["dconv.weight"].shape(), [3, 3, 1, 256]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct ConvPositionalEncoding<T: Float = f32> {
    dconv: Kernel<T>,
    #[module(skip)]
    config: ConvPositionalEncodingConfig,
}

impl<T: Float> ConvPositionalEncoding<T> {
    /// `x [b, 1 + s², channels]` → the same shape.
    ///
    /// # Errors
    /// If `x` has another rank, another number of tokens, or another number of channels than the layer was made for.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let [batch, tokens, channels] = tokens(WHO, x)?;
        let side = side_behind_class_token(WHO, tokens)?;
        check_size(WHO, "the number of channels", channels)?;
        check_channels(WHO, &self.dconv.weight, 3, channels, x.shape())?;
        let image = x.narrow(1, 1, side * side)?;
        let image = image.reshape([batch, side, side, channels])?;
        let size = self.config.kernel_size;
        let convolved = self
            .dconv
            .conv(&image, size, channels, &centred(size, 1, channels));
        let image = inside("dconv", convolved)?.try_add(&image)?;
        let image = image.reshape([batch, side * side, channels])?;
        Var::concat(&[x.narrow(1, 0, 1)?, image], 1)
    }
}

unary_layer!([] ConvPositionalEncoding<T>, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn the_class_token_passes_and_wrong_inputs_are_told_what_fits() -> Result<()> {
        let layer: ConvPositionalEncoding<f64> = ConvPositionalEncodingConfig::new()
            .input_size(2)
            .init(&mut Rng::seed(1))?;
        let tape = Tape::inference();
        let x = Tensor::randn([2, 5, 2], &mut Rng::seed(2));
        let y = layer.forward(&tape.input(x.clone()))?;
        assert_eq!(y.tensor().select(1, 0)?, x.select(1, 0)?);
        assert_ne!(y.tensor().select(1, 1)?, x.select(1, 1)?);
        let message = |shape: &[usize]| {
            let x = tape.input(Tensor::zeros(shape));
            layer.forward(&x).unwrap_err().to_string()
        };
        let expected =
            "expected a class token and a square number of image tokens, such as 1 + 14·14";
        for tokens in [0, 1, 3] {
            assert_eq!(
                message(&[1, tokens, 2]),
                format!("conv_positional_encoding: {tokens} tokens; {expected}")
            );
        }
        let lazy = ConvPositionalEncodingConfig::new().init::<f64>(&mut Rng::seed(1))?;
        let message_of_none = lazy.forward(&tape.input(Tensor::zeros([1, 5, 0])));
        assert_eq!(
            message_of_none.unwrap_err().to_string(),
            "conv_positional_encoding: the number of channels is 0; expected 1 or more"
        );
        assert_eq!(
            message(&[1, 5, 3]),
            "conv_positional_encoding: expects 2 input channels, got 3 in an input of shape [1, 5, 3]"
        );
        let refused = ConvPositionalEncodingConfig::new()
            .kernel_size(4)
            .init::<f64>(&mut Rng::seed(1));
        assert_eq!(
            refused.unwrap_err().to_string(),
            "conv_positional_encoding: kernel_size is 4; expected an odd number"
        );
        Ok(())
    }
}
