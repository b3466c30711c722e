//! A convolution in groups, and attention between the groups.

use super::inputs::{example, image};
use super::kernel::{Kernel, centred};
use super::rsoftmax::rsoftmax;
use super::start::he_fan_out;
use super::{BatchNormActivation, BatchNormActivationConfig};
use crate::config::defaults::check_size;
use crate::config::{Activation, Initializer};
use crate::parameters::{check_size_along, inside, made_for};
use crate::unary::unary_layer;
use crate::{Argument, Layer, Module, Signature};
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Axes, Error, Float, Result, Rng};

const WHO: &str = "split_attention_conv2d";
const SIGNATURE: Signature =
    Signature::new("SplitAttentionConv2d", &[Argument::float("x")], &["output"]);

/// More groups than an image has channels. Each has a convolution of its own, which exists before the channels are known.
const MOST_GROUPS: usize = 1 << 16;

/// The configuration of a [`SplitAttentionConv2d`].
#[config]
pub struct SplitAttentionConv2dConfig {
    /// How many channels come out.
    #[required]
    pub filters: usize,
    /// The side of the window.
    #[default = 3]
    pub kernel_size: usize,
    /// From one window to the next, along both axes.
    #[default = 1]
    pub strides: usize,
    /// How many groups the input's channels form: the radix.
    #[default = 2]
    pub groups: usize,
    /// What stands behind both normalisations.
    #[default = Some(Activation::Relu)]
    pub activation: Option<Activation>,
    /// How many channels go in; from the first input if absent.
    pub input_size: Option<usize>,
    /// Whether the parameters are trained.
    #[default = true]
    pub trainable: bool,
}

impl SplitAttentionConv2dConfig {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If a size, the stride or the groups are 0, there are more than 65 536 groups, or the groups don't divide the channels.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<SplitAttentionConv2d<T>> {
        let keys = [
            ("filters", self.filters),
            ("kernel_size", self.kernel_size),
            ("strides", self.strides),
            ("groups", self.groups),
        ];
        for (key, size) in keys {
            check_size(WHO, key, size)?;
        }
        if self.groups > MOST_GROUPS {
            let message = format!("groups is {}; expected at most {MOST_GROUPS}", self.groups);
            return Err(Error::config(WHO, message));
        }
        let mut norm = BatchNormActivationConfig::new().trainable(self.trainable);
        norm.activation = self.activation;
        let trainable = self.trainable;
        let layer = SplitAttentionConv2d {
            convs: (0..self.groups)
                .map(|_| Kernel::new(he_fan_out, false, trainable, rng))
                .collect(),
            bn1: norm.init(rng)?,
            conv2: Kernel::new(Initializer::Xavier, true, trainable, rng),
            bn2: norm.init(rng)?,
            conv3: Kernel::new(Initializer::Xavier, true, trainable, rng),
            config: self.clone(),
        };
        if let Some(channels) = self.input_size {
            check_size(WHO, "input_size", channels)?;
            layer.build(&example(&[1, 1, 1, channels])?)?;
        }
        Ok(layer)
    }
}

/// Split attention (Zhang et al., *ResNeSt: Split-Attention Networks*, 2020): the `g` groups of the input's channels `C` are convolved to `F = filters`
/// channels each, and a small network chooses between the groups, channel by channel.
///
/// ```text
/// u = act(bn1([convs.0(x_0), …, convs.{g−1}(x_{g−1})]))        x_I the channels of group I
/// m = mean over rows and columns of Σ_I u_I
/// a = rsoftmax(conv3(act(bn2(conv2(m)))), g)
/// output = Σ_I a_I · u_I
/// ```
///
/// With `k = kernel_size` the convolutions have `⌊k/2⌋` zeros on every side. `R = max(⌊C·g/4⌋, 32)`.
///
/// | parameter | shape |
/// |---|---|
/// | `convs.I.weight` | `[k, k, C/g, F]` |
/// | `bn1.gamma`, `.beta`, `.moving_mean`, `.moving_variance` | `[g·F]` |
/// | `conv2.weight`, `conv2.bias` | `[1, 1, F, R]`, `[R]` |
/// | `bn2.gamma`, … | `[R]` |
/// | `conv3.weight`, `conv3.bias` | `[1, 1, R, g·F]`, `[g·F]` |
///
/// ```
/// use etude_autograd::{Module, Tape};
/// use etude_layers::SplitAttentionConv2dConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let layer = SplitAttentionConv2dConfig::new(384).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = layer.forward(&tape.input(Tensor::ones([1, 28, 28, 192])))?;
/// assert_eq!(y.shape(), [1, 28, 28, 384]);
/// let shapes = layer.state_dict()?;
/// assert_eq!(shapes["convs.0.weight"].shape(), [3, 3, 96, 384]);
/// assert_eq!(shapes["conv2.weight"].shape(), [1, 1, 384, 96]);
/// assert_eq!(shapes["conv3.weight"].shape(), [1, 1, 96, 768]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct SplitAttentionConv2d<T: Float = f32> {
    convs: Vec<Kernel<T>>,
    bn1: BatchNormActivation<T>,
    conv2: Kernel<T>,
    bn2: BatchNormActivation<T>,
    conv3: Kernel<T>,
    #[module(skip)]
    config: SplitAttentionConv2dConfig,
}

impl<T: Float> SplitAttentionConv2d<T> {
    /// `x [b, h, w, C]` → `[b, h', w', filters]`, with `h' = ⌊(h + 2⌊k/2⌋ − k)/strides⌋ + 1`.
    ///
    /// # Errors
    /// If `x` has another rank, another number of channels than the layer was made for, or one that the groups don't divide.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let SplitAttentionConv2dConfig {
            filters,
            kernel_size,
            strides,
            groups,
            ..
        } = self.config;
        let [batch, _, _, channels] = image(WHO, x)?;
        let in_group = made_for(&self.convs[0].weight, 2);
        check_size_along(WHO, in_group.map(|size| size * groups), channels, x.shape())?;
        if !channels.is_multiple_of(groups) {
            let message = format!(
                "groups {groups} don't divide {channels} input channels; expected a divisor"
            );
            return Err(Error::shape(WHO, message));
        }

        let geometry = centred(kernel_size, strides, 1);
        let parts = x.chunk(-1, groups)?;
        let convolved = self.convs.iter().zip(&parts).enumerate();
        let convolved = convolved.map(|(index, (conv, part))| {
            let y = conv.conv(part, kernel_size, filters, &geometry);
            inside(&format!("convs.{index}"), y)
        });
        let convolved: Vec<Var<T>> = convolved.collect::<Result<_>>()?;
        let u = inside("bn1", self.bn1.forward(&Var::concat(&convolved, -1)?))?;
        let [_, height, width, all] = image(WHO, &u)?;
        let u = u.reshape([batch, height, width, groups, filters])?;

        let means = u.sum(3)?.mean(Axes::from([1, 2]).keepdims())?;
        let squeezed = Ord::max(channels.saturating_mul(groups) / 4, 32);
        let a = inside("conv2", self.conv2.pointwise(&means, squeezed))?;
        let a = inside("bn2", self.bn2.forward(&a))?;
        let a = inside("conv3", self.conv3.pointwise(&a, all))?;
        let a = rsoftmax(&a, groups)?.reshape([batch, 1, 1, groups, filters])?;
        a.try_mul(&u)?.sum(3)
    }
}

unary_layer!([] SplitAttentionConv2d<T>, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn absurdly_many_groups_are_refused_before_they_are_made() {
        let refused = SplitAttentionConv2dConfig::new(8)
            .groups(1 << 40)
            .init::<f64>(&mut Rng::seed(1));
        assert_eq!(
            refused.unwrap_err().to_string(),
            "split_attention_conv2d: groups is 1099511627776; expected at most 65536"
        );
    }

    #[test]
    fn an_even_kernel_gives_one_row_and_column_more() -> Result<()> {
        let layer: SplitAttentionConv2d<f64> = SplitAttentionConv2dConfig::new(3)
            .kernel_size(2)
            .input_size(4)
            .init(&mut Rng::seed(1))?;
        let y = layer.forward(&Tape::training(1).input(Tensor::ones([2, 4, 5, 4])))?;
        assert_eq!(y.shape(), [2, 5, 6, 3]);
        Ok(())
    }

    #[test]
    fn frozen_it_uses_and_keeps_the_moving_averages() -> Result<()> {
        let config = SplitAttentionConv2dConfig::new(3).trainable(false);
        let layer: SplitAttentionConv2d<f64> = config.init(&mut Rng::seed(1))?;
        let x = Tensor::randn([2, 4, 4, 4], &mut Rng::seed(2));
        let training = Tape::training(1);
        let y = layer.forward(&training.var(x.clone()))?;
        assert_eq!(
            y.tensor(),
            layer.forward(&Tape::inference().input(x))?.tensor()
        );
        let gradients = y.sum(..)?.backward()?;
        assert!(
            layer
                .params()
                .iter()
                .all(|(_, param)| gradients.param(param).is_none())
        );
        Ok(())
    }

    #[test]
    fn wrong_channels_are_told_what_fits() -> Result<()> {
        let layer: SplitAttentionConv2d<f64> =
            SplitAttentionConv2dConfig::new(3).init(&mut Rng::seed(1))?;
        let message = |shape: &[usize]| {
            let x = Tape::inference().input(Tensor::zeros(shape));
            layer.forward(&x).unwrap_err().to_string()
        };
        assert_eq!(
            message(&[1, 4, 4, 5]),
            "split_attention_conv2d: groups 2 don't divide 5 input channels; expected a divisor"
        );
        layer.build(&Tensor::zeros([1, 4, 4, 4]))?;
        assert_eq!(
            message(&[1, 4, 4, 6]),
            "split_attention_conv2d: expects 4 input channels, got 6 in an input of shape [1, 4, 4, 6]"
        );
        Ok(())
    }
}
