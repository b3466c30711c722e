//! Channels that gate themselves.

use super::inputs::{example, image};
use super::kernel::Kernel;
use super::start::he_fan_out;
use crate::config::Activation;
use crate::config::defaults::check_size;
use crate::parameters::{check_channels, inside};
use crate::unary::unary_layer;
use crate::{Argument, Layer, Module, Signature};
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Axes, Error, Float, Result, Rng};

const WHO: &str = "squeeze_excite";
const SIGNATURE: Signature = Signature::new("SqueezeExcite", &[Argument::float("x")], &["output"]);

/// The configuration of a [`SqueezeExcite`].
#[config]
pub struct SqueezeExciteConfig {
    /// The width of the bottleneck relative to the channels.
    #[default = 0.25]
    pub se_ratio: f64,
    /// What stands between the two convolutions.
    #[default = Some(Activation::Relu)]
    pub activation: Option<Activation>,
    /// Whether the convolutions add biases.
    #[default = true]
    pub use_bias: bool,
    /// How many channels go in; from the first input if absent.
    pub input_size: Option<usize>,
    /// Whether the parameters are trained.
    #[default = true]
    pub trainable: bool,
}

impl SqueezeExciteConfig {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If `se_ratio` isn't a positive number, `input_size` is 0, or the bottleneck has no channel.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<SqueezeExcite<T>> {
        if !(self.se_ratio > 0.0 && self.se_ratio.is_finite()) {
            let message = format!("se_ratio is {}; expected a number above 0", self.se_ratio);
            return Err(Error::config(WHO, message));
        }
        let layer = SqueezeExcite {
            conv_1: Kernel::new(he_fan_out, self.use_bias, self.trainable, rng),
            conv_2: Kernel::new(he_fan_out, self.use_bias, self.trainable, rng),
            activation: self.activation.unwrap_or(Activation::Linear),
            config: self.clone(),
        };
        if let Some(channels) = self.input_size {
            check_size(WHO, "input_size", channels)?;
            layer.build(&example(&[1, 1, 1, channels])?)?;
        }
        Ok(layer)
    }
}

/// Squeeze and excitation (Hu, Shen and Sun, *Squeeze-and-Excitation Networks*, 2017): the mean of each channel decides, through a
/// bottleneck of `R = ⌊channels · se_ratio⌋` channels, how much of each channel goes on.
///
/// ```text
/// m = mean of x over rows and columns
/// output = x · sigmoid(conv_2(activation(conv_1(m))))
/// ```
///
/// | parameter | shape |
/// |---|---|
/// | `conv_1.weight`, `conv_1.bias` | `[1, 1, channels, R]`, `[R]` |
/// | `conv_2.weight`, `conv_2.bias` | `[1, 1, R, channels]`, `[channels]` |
///
/// With `use_bias: false` there are no biases.
///
/// ```
/// use etude_autograd::{Module, Tape};
/// use etude_layers::SqueezeExciteConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let layer = SqueezeExciteConfig::new().init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = layer.forward(&tape.input(Tensor::ones([2, 28, 28, 192])))?;
/// assert_eq!(y.shape(), [2, 28, 28, 192]);
/// assert_eq!(layer.params()[0].1.value()?.shape(), [1, 1, 192, 48]); // conv_1.weight
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct SqueezeExcite<T: Float = f32> {
    conv_1: Kernel<T>,
    conv_2: Kernel<T>,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    config: SqueezeExciteConfig,
}

impl<T: Float> SqueezeExcite<T> {
    /// `x [b, h, w, channels]` → the same shape.
    ///
    /// # Errors
    /// If `x` has another rank, no rows or columns, another number of channels than the layer was made for, or so few that the bottleneck has none.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let [_, height, width, channels] = image(WHO, x)?;
        if height == 0 || width == 0 {
            let message = format!(
                "expects an image with rows and columns, which have a mean, got {:?}",
                x.shape()
            );
            return Err(Error::shape(WHO, message));
        }
        check_channels(WHO, &self.conv_1.weight, 2, channels, x.shape())?;
        // In double precision, truncated: 50 · 0.58 is 28.999…, so 28.
        let bottleneck = (channels as f64 * self.config.se_ratio) as usize;
        if bottleneck == 0 {
            let message = format!(
                "se_ratio {} of {channels} channels leaves none; expected a ratio of {:.3} or more",
                self.config.se_ratio,
                1.0 / channels as f64
            );
            return Err(Error::config(WHO, message));
        }
        let means = x.mean(Axes::from([1, 2]).keepdims())?;
        let squeezed = inside("conv_1", self.conv_1.pointwise(&means, bottleneck))?;
        let squeezed = self.activation.apply(&squeezed)?;
        let gates = inside("conv_2", self.conv_2.pointwise(&squeezed, channels))?;
        x.try_mul(&gates.sigmoid()?)
    }
}

unary_layer!([] SqueezeExcite<T>, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn the_bottleneck_is_the_truncated_product() -> Result<()> {
        let layer: SqueezeExcite<f64> = SqueezeExciteConfig::new()
            .se_ratio(0.58)
            .input_size(50)
            .init(&mut Rng::seed(1))?;
        assert_eq!(layer.conv_1.weight.value()?.shape(), [1, 1, 50, 28]);
        Ok(())
    }

    #[test]
    fn wrong_sizes_are_told_what_fits() -> Result<()> {
        let layer: SqueezeExcite<f64> = SqueezeExciteConfig::new().init(&mut Rng::seed(1))?;
        let refused = layer.forward(&Tape::inference().input(Tensor::zeros([2, 0, 3, 8])));
        assert_eq!(
            refused.unwrap_err().to_string(),
            "squeeze_excite: expects an image with rows and columns, which have a mean, got [2, 0, 3, 8]"
        );
        let refused = SqueezeExciteConfig::new()
            .input_size(3)
            .init::<f64>(&mut Rng::seed(1));
        assert_eq!(
            refused.unwrap_err().to_string(),
            "squeeze_excite: se_ratio 0.25 of 3 channels leaves none; expected a ratio of 0.333 or more"
        );
        let refused = SqueezeExciteConfig::new()
            .se_ratio(0.0)
            .init::<f64>(&mut Rng::seed(1));
        assert_eq!(
            refused.unwrap_err().to_string(),
            "squeeze_excite: se_ratio is 0; expected a number above 0"
        );
        let layer: SqueezeExcite<f64> = SqueezeExciteConfig::new()
            .input_size(4)
            .init(&mut Rng::seed(1))?;
        let x = Tape::inference().input(Tensor::zeros([1, 2, 2, 5]));
        assert_eq!(
            layer.forward(&x).unwrap_err().to_string(),
            "squeeze_excite: expects 4 input channels, got 5 in an input of shape [1, 2, 2, 5]"
        );
        Ok(())
    }
}
