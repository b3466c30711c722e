//! The separable convolution: first each channel by itself, then the channels together.

use super::config::conv_config;
use super::depthwise::{depthwise, widened};
use crate::config::defaults::check_size;
use crate::parameters::{build, check_channels, leaf};
use crate::sliding::Sliding;
use crate::spatial::of_rank;
use crate::unary::unary_layer;
use crate::{ActivationFn, Argument, Module, Signature};
use etude_autograd::{Param, Var};
use etude_tensor::kernels::conv::ConvGeometry;
use etude_tensor::{Float, Result, Rng};

/// The configuration of a [`SeparableConv1d`].
pub type SeparableConv1dConfig = SeparableConvConfig<1>;
/// The configuration of a [`SeparableConv2d`].
pub type SeparableConv2dConfig = SeparableConvConfig<2>;

/// The separable convolution over one spatial axis, as in [`SeparableConv`].
pub type SeparableConv1d<T = f32> = SeparableConv<1, T>;
/// The separable convolution over two spatial axes, as in [`SeparableConv`].
pub type SeparableConv2d<T = f32> = SeparableConv<2, T>;

conv_config! {
    /// The configuration of a separable convolution over `D` spatial axes: [`SeparableConv1dConfig`], [`SeparableConv2dConfig`].
    pub struct SeparableConvConfig {
        /// How many channels come out.
        #[required]
        pub filters: usize,
        /// How many channels the depthwise part gives for each that goes in.
        #[default = 1]
        pub depth_multiplier: usize,
    }
}

impl<const D: usize> SeparableConvConfig<D> {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If a size, stride or dilation is 0, a list has another length than there are axes, or an initializer doesn't suit its
    /// parameter.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<SeparableConv<D, T>> {
        let who = SeparableConv::<D, T>::WHO;
        check_size(who, "filters", self.filters)?;
        check_size(who, "depth_multiplier", self.depth_multiplier)?;
        let sliding = self.sliding(who)?;
        let filters = self.filters.into();
        let behind = ["in".into(), self.depth_multiplier.into()];
        let pointwise = [&[1.into(); D][..], &["in·depth_multiplier".into(), filters]].concat();
        let conv = SeparableConv {
            depthwise_kernel: self.weight(&sliding.weight_sizes(behind), rng),
            pointwise_kernel: self.weight(&pointwise, rng),
            bias: self.bias(&[filters], rng),
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

/// The separable convolution over `D` spatial axes: a [`DepthwiseConv`](crate::DepthwiseConv) without bias, then a convolution
/// of kernel 1 that mixes the channels: [`SeparableConv1d`], [`SeparableConv2d`] (Chollet, *Xception*, 2017).
///
/// ```text
/// u[b, o, c·M + m] = Σ_t x[b, o·s + t·d − before, c] · depthwise_kernel[t, c, m]
/// y[b, o, f] = act(bias[f] + Σ_j u[b, o, j] · pointwise_kernel[1…, j, f])
/// ```
///
/// | parameter | shape |
/// |---|---|
/// | `depthwise_kernel` | `[k..., in, depth_multiplier]` |
/// | `pointwise_kernel` | `[1..., in·depth_multiplier, filters]` |
/// | `bias` | `[filters]`, absent with `use_bias: false` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::SeparableConv2dConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let config = SeparableConv2dConfig::new(64, 5).depth_multiplier(2);
/// let conv = config.init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = conv.forward(&tape.input(Tensor::zeros([32, 28, 28, 3])))?;
/// assert_eq!(y.shape(), [32, 24, 24, 64]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct SeparableConv<const D: usize, T: Float = f32> {
    /// `[k..., in, depth_multiplier]`.
    pub depthwise_kernel: Param<T>,
    /// `[1..., in·depth_multiplier, filters]`.
    pub pointwise_kernel: Param<T>,
    /// `[filters]`.
    pub bias: Option<Param<T>>,
    #[module(skip)]
    sliding: Sliding<D>,
    #[module(skip)]
    activation: ActivationFn<T>,
    #[module(skip)]
    config: SeparableConvConfig<D>,
}

impl<const D: usize, T: Float> SeparableConv<D, T> {
    const WHO: &'static str = of_rank(D, ["separable_conv1d", "separable_conv2d"]);
    const NAME: &'static str = of_rank(D, ["SeparableConv1d", "SeparableConv2d"]);
    const SIGNATURE: Signature = Signature::new(Self::NAME, &[Argument::float("x")], &["output"]);

    /// `x [b, spatial..., in]` → `[b, out..., filters]`; channels second in the NC… formats.
    ///
    /// # Errors
    /// If `x` has another rank, or another number of channels than the layer was made for, or a window is longer than its
    /// padded axis.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let last = self.sliding.channels_last(x)?;
        let channels = last.shape()[D + 1];
        check_channels(Self::WHO, &self.depthwise_kernel, D, channels, x.shape())?;
        let geometry = self.sliding.convolution(last.shape(), channels)?;
        self.make(channels)?;
        let tape = x.tape();
        let u = depthwise(&last, &tape.param(&self.depthwise_kernel)?, None, &geometry)?;
        let pointwise = tape.param(&self.pointwise_kernel)?;
        let bias = leaf(tape, &self.bias)?;
        let y = u.conv(&pointwise, bias.as_ref(), &ConvGeometry::new(D))?;
        self.activation.apply(&self.sliding.restore(y)?)
    }

    /// Draws the parameters, if they aren't there.
    fn make(&self, input_size: usize) -> Result<()> {
        let (filters, multiplier) = (self.config.filters, self.config.depth_multiplier);
        let inner = widened(Self::WHO, input_size, multiplier)?;
        let shape = [&self.sliding.kernel[..], &[input_size, multiplier]].concat();
        build("depthwise_kernel", &self.depthwise_kernel, &shape)?;
        let shape = [&[1; D][..], &[inner, filters]].concat();
        build("pointwise_kernel", &self.pointwise_kernel, &shape)?;
        build("bias", self.bias.as_ref(), &[filters])
    }
}

unary_layer!([const D: usize,] SeparableConv<D, T>, Self::SIGNATURE, activation);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    /// A separable convolution is the convolution whose kernel is the product of the two.
    #[test]
    fn one_convolution_with_the_product_of_the_kernels() -> Result<()> {
        let config = SeparableConv2dConfig::new(4, [2, 3])
            .depth_multiplier(2)
            .strides([1, 2])
            .dilations([2, 1])
            .padding(1);
        let conv: SeparableConv2d<f64> = config.init(&mut Rng::seed(1))?;
        let x = Tape::inference().input(Tensor::randn([2, 5, 6, 3], &mut Rng::seed(2)));
        let y = conv.forward(&x)?;
        // w[t, c, f] = Σ_m depthwise[t, c, m] · pointwise[c·M + m, f]
        let d = conv.depthwise_kernel.value()?.unsqueeze(-2)?;
        let p = conv.pointwise_kernel.value()?.reshape([3, 2, 4])?;
        let weight = x.tape().input(d.matmul(&p)?.squeeze(-2)?);
        let geometry = conv.sliding.convolution(x.shape(), 1)?;
        let expected = x.conv(&weight, None, &geometry)?;
        assert_eq!(y.shape(), expected.shape());
        let error = y.try_sub(&expected)?.abs()?.tensor().max(..)?.item()?;
        assert!(error < 1e-14, "{error}");
        Ok(())
    }

    #[test]
    fn wrong_inputs_are_told_what_fits() -> Result<()> {
        let conv: SeparableConv1d = SeparableConv1dConfig::new(4, 3)
            .input_size(2)
            .init(&mut Rng::seed(1))?;
        let x = Tape::inference().input(Tensor::zeros([1, 5, 3]));
        assert_eq!(
            conv.forward(&x).unwrap_err().to_string(),
            "separable_conv1d: expects 2 input channels, got 3 in an input of shape [1, 5, 3]"
        );
        Ok(())
    }
}
