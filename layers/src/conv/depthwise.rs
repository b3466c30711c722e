//! The depthwise convolution: each channel by itself.

use super::config::conv_config;
use crate::config::defaults::check_size;
use crate::parameters::{build, check_channels, leaf};
use crate::sliding::Sliding;
use crate::spatial::of_rank;
use crate::unary::unary_layer;
use crate::{ActivationFn, Argument, Module, Signature};
use etude_autograd::{Param, Var};
use etude_tensor::kernels::conv::ConvGeometry;
use etude_tensor::{Error, Float, Result, Rng};

/// The configuration of a [`DepthwiseConv1d`].
pub type DepthwiseConv1dConfig = DepthwiseConvConfig<1>;
/// The configuration of a [`DepthwiseConv2d`].
pub type DepthwiseConv2dConfig = DepthwiseConvConfig<2>;

/// The depthwise convolution over one spatial axis, as in [`DepthwiseConv`].
pub type DepthwiseConv1d<T = f32> = DepthwiseConv<1, T>;
/// The depthwise convolution over two spatial axes, as in [`DepthwiseConv`].
pub type DepthwiseConv2d<T = f32> = DepthwiseConv<2, T>;

conv_config! {
    /// The configuration of a depthwise convolution over `D` spatial axes: [`DepthwiseConv1dConfig`], [`DepthwiseConv2dConfig`].
    pub struct DepthwiseConvConfig {
        /// How many channels come out for each that goes in.
        #[default = 1]
        pub depth_multiplier: usize,
    }
}

impl<const D: usize> DepthwiseConvConfig<D> {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If a size, stride or dilation is 0, a list has another length than there are axes, or an initializer doesn't suit its
    /// parameter.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<DepthwiseConv<D, T>> {
        let who = DepthwiseConv::<D, T>::WHO;
        check_size(who, "depth_multiplier", self.depth_multiplier)?;
        let sliding = self.sliding(who)?;
        let behind = ["in".into(), self.depth_multiplier.into()];
        let conv = DepthwiseConv {
            weight: self.weight(&sliding.weight_sizes(behind), rng),
            bias: self.bias(&["in·depth_multiplier".into()], rng),
            sliding,
            activation: self.activation.into(),
            config: self.clone(),
        };
        if let Some(input_size) = self.input_size {
            check_size(who, "input_size", input_size)?;
            conv.make(input_size)?;
        }
        Ok(conv)
    }
}

/// The depthwise convolution over `D` spatial axes, in which each channel gives `M = depth_multiplier` of its own:
/// [`DepthwiseConv1d`], [`DepthwiseConv2d`] (Sifre, *Rigid-Motion Scattering for Image Classification*, 2014).
///
/// ```text
/// y[b, o, c·M + m] = act(bias[c·M + m] + Σ_t x[b, o·s + t·d − before, c] · weight[t, c, m])
/// ```
///
/// It is a grouped convolution with a group for each channel.
///
/// | parameter | shape |
/// |---|---|
/// | `weight` | `[k..., in, depth_multiplier]`, whatever the `data_format` |
/// | `bias` | `[in·depth_multiplier]`, absent with `use_bias: false` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::{Activation, DepthwiseConv2dConfig};
/// use etude_tensor::{Rng, Tensor};
///
/// let config = DepthwiseConv2dConfig::new([3, 3]).depth_multiplier(2).activation(Activation::Softmax);
/// let conv = config.init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = conv.forward(&tape.input(Tensor::zeros([64, 28, 28, 3])))?;
/// assert_eq!(y.shape(), [64, 26, 26, 6]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct DepthwiseConv<const D: usize, T: Float = f32> {
    /// `[k..., in, depth_multiplier]`.
    pub weight: Param<T>,
    /// `[in·depth_multiplier]`.
    pub bias: Option<Param<T>>,
    #[module(skip)]
    sliding: Sliding<D>,
    #[module(skip)]
    activation: ActivationFn<T>,
    #[module(skip)]
    config: DepthwiseConvConfig<D>,
}

/// The grouped convolution of `x`, channels last, that a depthwise kernel `[k..., in, M]` is.
pub(super) fn depthwise<T: Float>(
    x: &Var<T>,
    kernel: &Var<T>,
    bias: Option<&Var<T>>,
    geometry: &ConvGeometry,
) -> Result<Var<T>> {
    let &[ref taps @ .., channels, multiplier] = kernel.shape() else {
        unreachable!("a kernel has at least two axes: its layer made it");
    };
    let shape = [taps, &[1, channels * multiplier]].concat();
    x.conv(&kernel.reshape(shape)?, bias, geometry)
}

/// The number of channels that a depthwise kernel of this multiplier gives.
pub(super) fn widened(who: &str, channels: usize, multiplier: usize) -> Result<usize> {
    let refused = || {
        let message =
            format!("depth_multiplier {multiplier} of {channels} channels is too large to count");
        Error::config(who, message)
    };
    channels.checked_mul(multiplier).ok_or_else(refused)
}

impl<const D: usize, T: Float> DepthwiseConv<D, T> {
    const WHO: &'static str = of_rank(D, ["depthwise_conv1d", "depthwise_conv2d"]);
    const NAME: &'static str = of_rank(D, ["DepthwiseConv1d", "DepthwiseConv2d"]);
    const SIGNATURE: Signature = Signature::new(Self::NAME, &[Argument::float("x")], &["output"]);

    /// `x [b, spatial..., in]` → `[b, out..., in·depth_multiplier]`; channels second in the NC… formats.
    ///
    /// # Errors
    /// If `x` has another rank, or another number of channels than the layer was made for, or a window is longer than its
    /// padded axis.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let last = self.sliding.channels_last(x)?;
        let channels = last.shape()[D + 1];
        check_channels(Self::WHO, &self.weight, D, channels, x.shape())?;
        let geometry = self.sliding.convolution(last.shape(), channels)?;
        self.make(channels)?;
        let tape = x.tape();
        let (weight, bias) = (tape.param(&self.weight)?, leaf(tape, &self.bias)?);
        let y = depthwise(&last, &weight, bias.as_ref(), &geometry)?;
        self.activation.apply(&self.sliding.restore(y)?)
    }

    /// Draws the parameters, if they aren't there.
    fn make(&self, input_size: usize) -> Result<()> {
        let multiplier = self.config.depth_multiplier;
        let output_size = widened(Self::WHO, input_size, multiplier)?;
        let shape = [&self.sliding.kernel[..], &[input_size, multiplier]].concat();
        build("weight", &self.weight, &shape)?;
        build("bias", self.bias.as_ref(), &[output_size])
    }
}

unary_layer!([const D: usize,] DepthwiseConv<D, T>, Self::SIGNATURE, activation);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Activation, DataFormat, Padding};
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn the_equation_by_hand() -> Result<()> {
        let mut conv: DepthwiseConv1d<f64> = DepthwiseConv1dConfig::new(2)
            .depth_multiplier(2)
            .input_size(2)
            .init(&mut Rng::seed(1))?;
        // weight[t, c, m]
        let weight = [[[1.0, 10.0], [2.0, 20.0]], [[3.0, 30.0], [4.0, 40.0]]];
        conv.weight.set(Tensor::from(weight))?;
        let bias = Tensor::from([0.5, 0.0, 0.0, 0.0]);
        conv.bias.as_mut().unwrap().set(bias)?;
        let x = Tape::inference().input(Tensor::from([[[1.0, 5.0], [2.0, 7.0]]]));
        let y = conv.forward(&x)?;
        assert_eq!(y.shape(), [1, 1, 4]);
        assert_eq!(y.tensor().to_vec(), [7.5, 70.0, 38.0, 380.0]);
        Ok(())
    }

    #[test]
    fn both_formats_compute_the_same_and_the_softmax_is_over_the_last_axis() -> Result<()> {
        let config = DepthwiseConv2dConfig::new([2, 3])
            .depth_multiplier(2)
            .strides([2, 1])
            .padding(Padding::Same);
        let last: DepthwiseConv2d<f64> = config.clone().init(&mut Rng::seed(1))?;
        let first: DepthwiseConv2d<f64> = config
            .clone()
            .data_format(DataFormat::Nchw)
            .init(&mut Rng::seed(1))?;
        let tape = Tape::inference();
        let x = tape.input(Tensor::randn([2, 5, 4, 3], &mut Rng::seed(2)));
        let y = last.forward(&x)?;
        assert_eq!(y.shape(), [2, 3, 4, 6]);
        let other = first.forward(&x.permute([0, 3, 1, 2])?)?;
        assert_eq!(other.tensor(), y.permute([0, 3, 1, 2])?.tensor());
        let softmax: DepthwiseConv2d<f64> = config
            .data_format(DataFormat::Nchw)
            .activation(Activation::Softmax)
            .init(&mut Rng::seed(1))?;
        let y = softmax.forward(&x.permute([0, 3, 1, 2])?)?;
        assert_eq!(y.tensor(), other.softmax(-1)?.tensor());
        Ok(())
    }

    #[test]
    fn wrong_inputs_and_configurations_are_told_what_fits() -> Result<()> {
        let conv: DepthwiseConv1d = DepthwiseConv1dConfig::new(3)
            .input_size(2)
            .init(&mut Rng::seed(1))?;
        let message = |x: &[usize]| {
            let x = Tape::inference().input(Tensor::zeros(x));
            conv.forward(&x).unwrap_err().to_string()
        };
        assert_eq!(
            message(&[1, 5, 3]),
            "depthwise_conv1d: expects 2 input channels, got 3 in an input of shape [1, 5, 3]"
        );
        assert!(message(&[1, 2, 2]).contains("covers 3 elements"));
        let refused = DepthwiseConv1dConfig::new(3)
            .depth_multiplier(0)
            .init::<f32>(&mut Rng::seed(1));
        assert_eq!(
            refused.unwrap_err().to_string(),
            "depthwise_conv1d: depth_multiplier is 0; expected 1 or more"
        );
        let refused = DepthwiseConv1dConfig::new(3)
            .depth_multiplier(usize::MAX)
            .input_size(2)
            .init::<f32>(&mut Rng::seed(1));
        let message = refused.unwrap_err().to_string();
        assert!(message.contains("too large to count"), "{message}");
        Ok(())
    }
}
