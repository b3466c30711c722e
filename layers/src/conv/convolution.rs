//! The convolution layers of one, two and three spatial axes.

use super::config::conv_config;
use crate::config::defaults::check_size;
use crate::parameters::{build, check_size_along, leaf, made_for};
use crate::sliding::Sliding;
use crate::spatial::of_rank;
use crate::unary::unary_layer;
use crate::{ActivationFn, Argument, Module, Signature};
use etude_autograd::{Param, Var};
use etude_tensor::{Error, Float, Result, Rng};

/// The configuration of a [`Conv1d`].
pub type Conv1dConfig = ConvConfig<1>;
/// The configuration of a [`Conv2d`].
pub type Conv2dConfig = ConvConfig<2>;
/// The configuration of a [`Conv3d`].
pub type Conv3dConfig = ConvConfig<3>;

/// The convolution over one spatial axis, as in [`Conv`].
pub type Conv1d<T = f32> = Conv<1, T>;
/// The convolution over two spatial axes, as in [`Conv`].
pub type Conv2d<T = f32> = Conv<2, T>;
/// The convolution over three spatial axes, as in [`Conv`].
pub type Conv3d<T = f32> = Conv<3, T>;

conv_config! {
    /// The configuration of a convolution over `D` spatial axes: [`Conv1dConfig`], [`Conv2dConfig`], [`Conv3dConfig`].
    pub struct ConvConfig {
        /// How many channels come out.
        #[required]
        pub filters: usize,
        /// Consecutive blocks of channels that are convolved separately.
        #[default = 1]
        pub groups: usize,
    }
}

impl<const D: usize> ConvConfig<D> {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If a size, stride or dilation is 0, a list has another length than there are axes, the groups don't divide the
    /// channels or the filters, or an initializer doesn't suit its parameter.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<Conv<D, T>> {
        let who = Conv::<D, T>::WHO;
        check_size(who, "filters", self.filters)?;
        check_size(who, "groups", self.groups)?;
        if !self.filters.is_multiple_of(self.groups) {
            let message = format!(
                "groups {} don't divide filters {}; expected a divisor",
                self.groups, self.filters
            );
            return Err(Error::config(who, message));
        }
        let sliding = self.sliding(who)?;
        let filters = self.filters.into();
        let conv = Conv {
            weight: self.weight(&sliding.weight_sizes(["in/groups".into(), filters]), rng),
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

/// The convolution over `D` spatial axes (cross-correlation: no kernel is flipped): [`Conv1d`], [`Conv2d`], [`Conv3d`].
///
/// ```text
/// y[b, o, f] = act(bias[f] + Σ_t Σ_c x[b, o·s + t·d − before, g·C/groups + c] · weight[t, c, f])     g = ⌊f / (F/groups)⌋
/// ```
///
/// with `C` input channels, `F` filters, strides `s` and dilations `d`; `x` counts as 0 in the padding.
///
/// | parameter | shape |
/// |---|---|
/// | `weight` | `[k..., in/groups, filters]`, whatever the `data_format` |
/// | `bias` | `[filters]`, absent with `use_bias: false` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::{Conv2dConfig, Padding};
/// use etude_tensor::{Rng, Tensor};
///
/// let config = Conv2dConfig::new(32, 3).strides(2).padding(Padding::Same);
/// let conv = config.init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = conv.forward(&tape.input(Tensor::zeros([10, 128, 128, 64])))?;
/// assert_eq!(y.shape(), [10, 64, 64, 32]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct Conv<const D: usize, T: Float = f32> {
    /// `[k..., in/groups, filters]`.
    pub weight: Param<T>,
    /// `[filters]`.
    pub bias: Option<Param<T>>,
    #[module(skip)]
    sliding: Sliding<D>,
    #[module(skip)]
    activation: ActivationFn<T>,
    #[module(skip)]
    config: ConvConfig<D>,
}

impl<const D: usize, T: Float> Conv<D, T> {
    const WHO: &'static str = of_rank(D, ["conv1d", "conv2d", "conv3d"]);
    const NAME: &'static str = of_rank(D, ["Conv1d", "Conv2d", "Conv3d"]);
    const SIGNATURE: Signature = Signature::new(Self::NAME, &[Argument::float("x")], &["output"]);

    /// `x [b, spatial..., in]` → `[b, out..., filters]`; channels second in the NC… formats.
    ///
    /// # Errors
    /// If `x` has another rank, or another number of channels than the layer was made for, or a window is longer than its
    /// padded axis.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let last = self.sliding.channels_last(x)?;
        let channels = last.shape()[D + 1];
        let groups = self.config.groups;
        let made_for = made_for(&self.weight, D).map(|channels| channels * groups);
        check_size_along(Self::WHO, made_for, channels, x.shape())?;
        let geometry = self.sliding.convolution(last.shape(), groups)?;
        self.make(channels)?;
        let tape = x.tape();
        let bias = leaf(tape, &self.bias)?;
        let y = last.conv(&tape.param(&self.weight)?, bias.as_ref(), &geometry)?;
        // After the way back, as a softmax is taken over the last axis of the format.
        self.activation.apply(&self.sliding.restore(y)?)
    }

    /// Draws the parameters, if they aren't there.
    fn make(&self, input_size: usize) -> Result<()> {
        let ConvConfig {
            groups, filters, ..
        } = self.config;
        if input_size == 0 || !input_size.is_multiple_of(groups) {
            let message = format!(
                "groups {groups} don't divide {input_size} input channels; expected a divisor"
            );
            return Err(Error::config(Self::WHO, message));
        }
        let shape = [&self.sliding.kernel[..], &[input_size / groups, filters]].concat();
        build("weight", &self.weight, &shape)?;
        build("bias", self.bias.as_ref(), &[filters])
    }
}

unary_layer!([const D: usize,] Conv<D, T>, Self::SIGNATURE, activation);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DataFormat, Padding};
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    fn conv(config: Conv2dConfig) -> Conv2d<f64> {
        config.init(&mut Rng::seed(1)).unwrap()
    }

    fn numbers(shape: &[usize]) -> Tensor<f64> {
        let values: Vec<f64> = (0..shape.iter().product())
            .map(|i| ((i * 7 + 3) % 11) as f64 - 5.0)
            .collect();
        Tensor::from_slice(shape, &values).unwrap()
    }

    fn run(layer: &Conv2d<f64>, x: Tensor<f64>) -> Result<Tensor<f64>> {
        Ok(layer.forward(&Tape::inference().input(x))?.into_tensor())
    }

    #[test]
    fn both_formats_compute_the_same() -> Result<()> {
        let config = Conv2dConfig::new(4, [3, 2])
            .groups(2)
            .padding([[1, 0], [0, 2]])
            .dilations([1, 2]);
        let last = conv(config.clone());
        let first = conv(config.data_format(DataFormat::Nchw));
        let x = numbers(&[2, 5, 6, 2]);
        let y = run(&last, x.clone())?;
        assert_eq!(y.shape(), [2, 4, 6, 4]);
        assert_eq!(
            run(&first, x.permute([0, 3, 1, 2])?)?,
            y.permute([0, 3, 1, 2])?
        );
        Ok(())
    }

    #[test]
    fn the_other_ranks() -> Result<()> {
        let tape = Tape::<f32>::inference();
        let line = Conv1dConfig::new(32, 3)
            .padding(Padding::Same)
            .init(&mut Rng::seed(1))?;
        assert_eq!(
            line.forward(&tape.input(Tensor::zeros([10, 100, 64])))?
                .shape(),
            [10, 100, 32]
        );
        let volume = Conv3dConfig::new(16, 2).init(&mut Rng::seed(1))?;
        assert_eq!(
            volume
                .forward(&tape.input(Tensor::zeros([2, 10, 10, 10, 4])))?
                .shape(),
            [2, 9, 9, 9, 16]
        );
        Ok(())
    }

    #[test]
    fn wrong_inputs_and_configurations_are_told_what_fits() {
        let layer = conv(Conv2dConfig::new(4, 3).input_size(2));
        let message = |x: &[usize]| run(&layer, Tensor::zeros(x)).unwrap_err().to_string();
        assert_eq!(
            message(&[1, 5, 5, 3]),
            "conv2d: expects 2 input channels, got 3 in an input of shape [1, 5, 5, 3]"
        );
        assert_eq!(
            message(&[5, 5, 2]),
            "conv2d: expects an input [b, spatial..., channels] of rank 4, got [5, 5, 2]"
        );
        assert_eq!(
            message(&[1, 2, 5, 2]),
            "conv2d: a kernel of 3 with dilation 1 covers 3 elements, but the input axis has 2 and the padding (0, 0): give at least 3 \
             together"
        );
        let refuse = |config: Conv2dConfig| {
            config
                .init::<f32>(&mut Rng::seed(1))
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            refuse(Conv2dConfig::new(4, 3).groups(3)),
            "conv2d: groups 3 don't divide filters 4; expected a divisor"
        );
        assert_eq!(
            refuse(Conv2dConfig::new(4, 3).groups(2).input_size(3)),
            "conv2d: groups 2 don't divide 3 input channels; expected a divisor"
        );
        assert!(
            refuse(Conv2dConfig::new(4, [3, 3, 3])).contains("kernel_size [3, 3, 3] has 3 entries")
        );
        assert!(refuse(Conv2dConfig::new(4, 3).strides(0)).contains("strides 0 is too small"));
        assert!(
            refuse(Conv2dConfig::new(4, 3).data_format(DataFormat::Nwc))
                .contains("expected NHWC or NCHW")
        );
    }
}
