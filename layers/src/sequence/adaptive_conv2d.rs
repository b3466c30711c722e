//! The adaptive convolution.

use super::config::sequence_config;
use super::start::inside;
use crate::config::{Activation, Ints, Padding};
use crate::unary::unary_layer;
use crate::{ActivationFn, Argument, Conv2d, Conv2dConfig, Module, Signature};
use etude_autograd::Var;
use etude_tensor::{Error, Float, Result, Rng};

const WHO: &str = "adaptive_conv2d";
const SIGNATURE: Signature = Signature::new("AdaptiveConv2d", &[Argument::float("x")], &["output"]);

sequence_config! {
    /// The configuration of an [`AdaptiveConv2d`].
    pub struct AdaptiveConv2dConfig {
        /// How many channels come out.
        #[required]
        pub filters: usize,
        /// The window's height and width.
        #[required]
        pub kernel_size: Ints,
        /// How many channels go in; from the first input if absent.
        pub input_size: Option<usize>,
        /// From one window to the next, down and to the right.
        #[default = Ints::from(1)]
        pub strides: Ints,
        /// `VALID` or `SAME`.
        #[default = Padding::Valid]
        pub padding: Padding,
        /// What is applied to the convolution, before the channels are weighted.
        pub activation: Option<Activation>,
        ..use_bias,
        ..weights_and_biases,
    }
}

impl AdaptiveConv2dConfig {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If the padding is neither `VALID` nor `SAME`, a size or stride is 0, a list hasn't two entries, or an initializer doesn't suit
    /// its parameter.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<AdaptiveConv2d<T>> {
        if !matches!(self.padding, Padding::Valid | Padding::Same) {
            let message = format!("padding {}; expected 'VALID' or 'SAME'", self.padding);
            return Err(Error::config(WHO, message));
        }
        let start = self.start();
        let conv = |kernel_size: Ints| {
            let mut config = Conv2dConfig::new(self.filters, kernel_size)
                .strides(self.strides.clone())
                .weight_initializer(start.weight)
                .bias_initializer(start.bias)
                .trainable(start.trainable);
            config.input_size = self.input_size;
            config
        };
        Ok(AdaptiveConv2d {
            conv: inside(
                "conv",
                conv(self.kernel_size.clone())
                    .padding(self.padding.clone())
                    .use_bias(self.use_bias)
                    .init(rng),
            )?,
            attention: inside("attention", conv(Ints::from(1)).use_bias(false).init(rng))?,
            kernel: self.kernel_size.sizes(WHO, "kernel_size", 2, 1)?,
            strides: self.strides.sizes(WHO, "strides", 2, 1)?,
            activation: self.activation.into(),
            config: self.clone(),
        })
    }
}

/// A convolution whose output channels are weighted, at every position, by a softmax over them that a 1×1 convolution computes:
///
/// ```text
/// y[b,i,j,:] = activation(conv(x, conv.weight)[b,i,j,:] + conv.bias)
/// p(i,j)     = (i·sh, j·sw)                                    SAME
///              (i·sh + ⌊(kh−1)/2⌋, j·sw + ⌊(kw−1)/2⌋)          VALID: the centre of the window
/// a[b,i,j,:] = softmax over the filters of  x[b, p(i,j), :] · attention.weight[0,0]
/// output     = y · a
/// ```
///
/// with strides `sh, sw` and a kernel of `kh × kw`.
///
/// | parameter | shape |
/// |---|---|
/// | `conv.weight` | `[kh, kw, in, filters]` |
/// | `conv.bias` | `[filters]`, absent with `use_bias: false` |
/// | `attention.weight` | `[1, 1, in, filters]` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::{Activation, AdaptiveConv2dConfig};
/// use etude_tensor::{Rng, Tensor};
///
/// let config = AdaptiveConv2dConfig::new(32, [3, 3]).input_size(1).activation(Activation::Relu);
/// let adaptive_conv = config.init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let output_images = adaptive_conv.forward(&tape.input(Tensor::zeros([64, 28, 28, 1])))?;
/// assert_eq!(output_images.shape(), [64, 26, 26, 32]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct AdaptiveConv2d<T: Float = f32> {
    /// The convolution.
    pub conv: Conv2d<T>,
    /// The 1×1 convolution whose softmax weighs the channels.
    pub attention: Conv2d<T>,
    #[module(skip)]
    kernel: Vec<usize>,
    #[module(skip)]
    strides: Vec<usize>,
    #[module(skip)]
    activation: ActivationFn<T>,
    #[module(skip)]
    config: AdaptiveConv2dConfig,
}

impl<T: Float> AdaptiveConv2d<T> {
    /// `x [batch, height, width, in]` → `[batch, out_height, out_width, filters]`.
    ///
    /// # Errors
    /// If `x` has another rank, or another number of channels than the layer was made for, or a window is larger than it.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        if x.rank() != 4 {
            let message = format!(
                "expects an input [batch, height, width, channels], got {:?}",
                x.shape()
            );
            return Err(Error::shape(WHO, message));
        }
        let y = self
            .activation
            .apply(&inside("conv", self.conv.forward(x))?)?;
        let mut positions = x.clone();
        if self.config.padding == Padding::Valid {
            for axis in [1, 2] {
                let (kernel, stride) = (self.kernel[axis - 1], self.strides[axis - 1]);
                let reach = match y.shape()[axis] {
                    0 => 0,
                    windows => (windows - 1) * stride + 1,
                };
                positions = positions.narrow(axis as isize, (kernel - 1) / 2, reach)?;
            }
        }
        let scores = inside("attention", self.attention.forward(&positions))?;
        y.try_mul(&scores.softmax(-1)?)
    }
}

unary_layer!([] AdaptiveConv2d<T>, SIGNATURE, activation);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    /// A 2×3 kernel of ones over one channel, and weights of the two filters that differ by the input's value.
    fn layer(padding: Padding) -> AdaptiveConv2d<f64> {
        let config = AdaptiveConv2dConfig::new(2, [2, 3])
            .strides([1, 2])
            .padding(padding)
            .input_size(1);
        let mut layer: AdaptiveConv2d<f64> = config.init(&mut Rng::seed(1)).unwrap();
        layer.conv.weight.set(Tensor::ones([2, 3, 1, 2])).unwrap();
        let weight = Tensor::from([0.0, 1.0]).reshape([1, 1, 1, 2]).unwrap();
        layer.attention.weight.set(weight).unwrap();
        layer
    }

    #[test]
    fn the_centre_of_each_window_weighs_its_channels() -> Result<()> {
        let x = Tensor::<f64>::arange(0.0, 15.0, 1.0)?.reshape([1, 3, 5, 1])?;
        let y = layer(Padding::Valid).forward(&Tape::inference().input(x.clone()))?;
        assert_eq!(y.shape(), [1, 2, 2, 2]);
        // The window at (1, 1) begins at row 1, column 2; its centre is at row 1 + ⌊1/2⌋, column 2 + ⌊2/2⌋.
        let sum = 7.0 + 8.0 + 9.0 + 12.0 + 13.0 + 14.0;
        let second = 1.0 / (1.0 + (-8.0_f64).exp());
        let got = y.tensor();
        assert!((got.at(&[0, 1, 1, 1])? - sum * second).abs() < 1e-12);
        assert!((got.at(&[0, 1, 1, 0])? - sum * (1.0 - second)).abs() < 1e-12);

        let same = layer(Padding::Same).forward(&Tape::inference().input(x))?;
        assert_eq!(same.shape(), [1, 3, 3, 2]);
        // SAME: the window at (1, 1) covers columns 1 to 3 and is weighted by column 2, its place times the stride.
        let second = 1.0 / (1.0 + (-7.0_f64).exp());
        let sum = 6.0 + 7.0 + 8.0 + 11.0 + 12.0 + 13.0;
        assert!((same.tensor().at(&[0, 1, 1, 1])? - sum * second).abs() < 1e-12);
        Ok(())
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let message = |config: AdaptiveConv2dConfig| {
            config
                .init::<f32>(&mut Rng::seed(1))
                .err()
                .unwrap()
                .to_string()
        };
        let config = AdaptiveConv2dConfig::new(2, [2, 3]);
        assert_eq!(
            message(config.clone().padding(1)),
            "adaptive_conv2d: padding 1; expected 'VALID' or 'SAME'"
        );
        assert!(message(AdaptiveConv2dConfig::new(2, [1, 2, 3])).contains("kernel_size"));
        let run = |shape: &[usize]| {
            let x = Tape::inference().input(Tensor::zeros(shape));
            layer(Padding::Valid).forward(&x).unwrap_err().to_string()
        };
        assert!(run(&[5, 5, 1]).starts_with("adaptive_conv2d: expects an input [batch, height"));
        assert!(
            run(&[1, 1, 5, 1]).contains("conv"),
            "{}",
            run(&[1, 1, 5, 1])
        );
    }
}
