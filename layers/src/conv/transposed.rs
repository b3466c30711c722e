//! The transposed convolution: the adjoint of a convolution, which makes large of small.

use super::config::conv_config;
use super::transposed_size::TransposedSize;
use crate::Ints;
use crate::config::defaults::check_size;
use crate::parameters::{build, check_channels, leaf};
use crate::sliding::Sliding;
use crate::spatial::of_rank;
use crate::unary::unary_layer;
use crate::{ActivationFn, Argument, Module, Signature};
use etude_autograd::{Param, Var};
use etude_tensor::kernels::conv::ConvGeometry;
use etude_tensor::{Float, Result, Rng};

/// The configuration of a [`Conv1dTranspose`].
pub type Conv1dTransposeConfig = ConvTransposeConfig<1>;
/// The configuration of a [`Conv2dTranspose`].
pub type Conv2dTransposeConfig = ConvTransposeConfig<2>;
/// The configuration of a [`Conv3dTranspose`].
pub type Conv3dTransposeConfig = ConvTransposeConfig<3>;

/// The transposed convolution over one spatial axis, as in [`ConvTranspose`].
pub type Conv1dTranspose<T = f32> = ConvTranspose<1, T>;
/// The transposed convolution over two spatial axes, as in [`ConvTranspose`].
pub type Conv2dTranspose<T = f32> = ConvTranspose<2, T>;
/// The transposed convolution over three spatial axes, as in [`ConvTranspose`].
pub type Conv3dTranspose<T = f32> = ConvTranspose<3, T>;

conv_config! {
    /// The configuration of a transposed convolution over `D` spatial axes: [`Conv1dTransposeConfig`], [`Conv2dTransposeConfig`],
    /// [`Conv3dTransposeConfig`].
    pub struct ConvTransposeConfig {
        /// How many channels come out.
        #[required]
        pub filters: usize,
        /// How much longer the result is, along each axis.
        pub output_padding: Option<Ints>,
    }
}

impl<const D: usize> ConvTransposeConfig<D> {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If a size, stride or dilation is 0, a list has another length than there are axes, or an initializer doesn't suit its
    /// parameter.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<ConvTranspose<D, T>> {
        let who = ConvTranspose::<D, T>::WHO;
        check_size(who, "filters", self.filters)?;
        let output_padding = match &self.output_padding {
            Some(sizes) => Some(sizes.sizes(who, "output_padding", D, 0)?),
            None => None,
        };
        let sliding = self.sliding(who)?;
        let filters = self.filters.into();
        let conv = ConvTranspose {
            weight: self.weight(&sliding.weight_sizes([filters, "in".into()]), rng),
            bias: self.bias(&[filters], rng),
            sliding,
            output_padding,
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

/// The transposed convolution over `D` spatial axes: [`Conv1dTranspose`], [`Conv2dTranspose`], [`Conv3dTranspose`] (Zeiler and
/// others, *Deconvolutional Networks*, 2010; Dumoulin and Visin, *A Guide to Convolution Arithmetic*, 2016).
///
/// It is the adjoint of the convolution with the same weight, which goes from `filters` to `in` channels: what that one does to
/// gradients. On one axis, with `n` elements, kernel `k`, stride `s`, dilation `d` and `ke = (k − 1)·d + 1`, every element is
/// spread over `ke` positions of a result of `L = (n − 1)·s + ke`, which is then cut:
///
/// ```text
/// full[b, j, f] = Σ_{i·s + t·d = j} Σ_c x[b, i, c] · weight[t, f, c]
/// y[b, j, f] = act(bias[f] + full[b, j + before, f])        j = 0 … out − 1, and full = 0 beyond L
/// ```
///
/// | `padding` | `output_padding` | `out` | `before` |
/// |---|---|---|---|
/// | `VALID` | absent (means 0) or `p` | `L + p` | 0 |
/// | `SAME` | absent | `n·s` | `⌊max(L − out, 0)/2⌋` |
/// | `SAME` | `p` | `L − 2⌊ke/2⌋ + p` | `⌊max(L − out, 0)/2⌋` |
/// | explicit | absent (means 0) or `p` | `L − before − after + p` | the given before |
///
/// | parameter | shape |
/// |---|---|
/// | `weight` | `[k..., filters, in]`, whatever the `data_format` |
/// | `bias` | `[filters]`, absent with `use_bias: false` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::{Conv2dTransposeConfig, Padding};
/// use etude_tensor::{Rng, Tensor};
///
/// let config = Conv2dTransposeConfig::new(32, 3).strides(2).padding(Padding::Same);
/// let conv = config.init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = conv.forward(&tape.input(Tensor::zeros([10, 64, 64, 64])))?;
/// assert_eq!(y.shape(), [10, 128, 128, 32]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct ConvTranspose<const D: usize, T: Float = f32> {
    /// `[k..., filters, in]`.
    pub weight: Param<T>,
    /// `[filters]`.
    pub bias: Option<Param<T>>,
    #[module(skip)]
    sliding: Sliding<D>,
    #[module(skip)]
    output_padding: Option<Vec<usize>>,
    #[module(skip)]
    activation: ActivationFn<T>,
    #[module(skip)]
    config: ConvTransposeConfig<D>,
}

impl<const D: usize, T: Float> ConvTranspose<D, T> {
    const WHO: &'static str = of_rank(
        D,
        ["conv1d_transpose", "conv2d_transpose", "conv3d_transpose"],
    );
    const NAME: &'static str =
        of_rank(D, ["Conv1dTranspose", "Conv2dTranspose", "Conv3dTranspose"]);
    const SIGNATURE: Signature = Signature::new(Self::NAME, &[Argument::float("x")], &["output"]);

    /// `x [b, spatial..., in]` → `[b, out..., filters]`; channels second in the NC… formats.
    ///
    /// # Errors
    /// If `x` has another rank, an axis without elements, or another number of channels than the layer was made for, or
    /// padding and `output_padding` allow no result of this input.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let last = self.sliding.channels_last(x)?;
        let channels = last.shape()[D + 1];
        check_channels(Self::WHO, &self.weight, D + 1, channels, x.shape())?;
        let (geometry, output) = self.sizes(&last.shape()[1..=D])?;
        self.make(channels)?;
        let tape = x.tape();
        let (weight, bias) = (tape.param(&self.weight)?, leaf(tape, &self.bias)?);
        let y = last.conv_transpose(&weight, bias.as_ref(), &geometry, &output)?;
        // After the way back, as a softmax is taken over the last axis of the format.
        self.activation.apply(&self.sliding.restore(y)?)
    }

    /// The geometry, and the result's size along each axis, for an input of these sizes.
    fn sizes(&self, input: &[usize]) -> Result<(ConvGeometry, Vec<usize>)> {
        let explicit = self.config.padding.explicit(Self::WHO, D)?;
        let mut geometry = ConvGeometry::new(D);
        let mut output = Vec::with_capacity(D);
        for axis in 0..D {
            let size = TransposedSize {
                input: input[axis],
                kernel: self.sliding.kernel[axis],
                stride: self.sliding.strides[axis],
                dilation: self.sliding.dilations[axis],
                padding: explicit.as_ref().map(|sides| sides[axis]),
                output_padding: self.output_padding.as_ref().map(|sizes| sizes[axis]),
            };
            let (before, out) = size.before_and_output(Self::WHO)?;
            geometry.stride[axis] = size.stride;
            geometry.dilation[axis] = size.dilation;
            geometry.padding[axis] = (before, 0);
            output.push(out);
        }
        Ok((geometry, output))
    }

    /// Draws the parameters, if they aren't there.
    fn make(&self, input_size: usize) -> Result<()> {
        let filters = self.config.filters;
        let shape = [&self.sliding.kernel[..], &[filters, input_size]].concat();
        build("weight", &self.weight, &shape)?;
        build("bias", self.bias.as_ref(), &[filters])
    }
}

unary_layer!([const D: usize,] ConvTranspose<D, T>, Self::SIGNATURE, activation);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DataFormat, Padding};
    use etude_autograd::{Tape, gradcheck};
    use etude_tensor::{Error, Tensor};

    #[test]
    fn the_equation_by_hand() -> Result<()> {
        let mut conv: Conv1dTranspose<f64> = Conv1dTransposeConfig::new(1, 3)
            .strides(2)
            .input_size(1)
            .init(&mut Rng::seed(1))?;
        conv.weight
            .set(Tensor::from([[[1.0]], [[10.0]], [[100.0]]]))?;
        let x = Tape::inference().input(Tensor::from([[[1.0], [2.0]]]));
        let y = conv.forward(&x)?;
        assert_eq!(y.tensor().to_vec(), [1.0, 10.0, 102.0, 20.0, 200.0]);
        Ok(())
    }

    /// The transposed convolution undoes nothing, but it is the adjoint: ⟨conv(x), z⟩ = ⟨x, transposed(z)⟩.
    #[test]
    fn the_adjoint_of_the_convolution() -> Result<()> {
        let convolution = crate::Conv2dConfig::new(3, [3, 2])
            .strides([2, 1])
            .dilations([1, 2])
            .padding([[1, 0], [2, 1]])
            .use_bias(false)
            .init::<f64>(&mut Rng::seed(1))?;
        let tape = Tape::inference();
        let x = tape.input(Tensor::randn([2, 6, 5, 2], &mut Rng::seed(2)));
        let y = convolution.forward(&x)?;
        let mut transposed = Conv2dTransposeConfig::new(2, [3, 2])
            .strides([2, 1])
            .dilations([1, 2])
            .padding([[1, 0], [2, 1]])
            .output_padding([0, 0])
            .use_bias(false)
            .input_size(3)
            .init::<f64>(&mut Rng::seed(1))?;
        transposed.weight.set(convolution.weight.value()?.clone())?;
        let z = tape.input(Tensor::randn(y.shape(), &mut Rng::seed(3)));
        let back = transposed.forward(&z)?;
        assert_eq!(back.shape(), x.shape());
        let inner = |a: &Var<f64>, b: &Var<f64>| a.try_mul(b)?.sum(..)?.item();
        let (left, right) = (inner(&y, &z)?, inner(&x, &back)?);
        assert!((left - right).abs() < 1e-12, "{left} {right}");
        Ok(())
    }

    #[test]
    fn both_formats_compute_the_same() -> Result<()> {
        let config = Conv3dTransposeConfig::new(4, [3, 2, 1])
            .strides([2, 1, 3])
            .padding(Padding::Same);
        let last: Conv3dTranspose<f64> = config.clone().init(&mut Rng::seed(1))?;
        let first: Conv3dTranspose<f64> = config
            .data_format(DataFormat::Ncdhw)
            .init(&mut Rng::seed(1))?;
        let tape = Tape::inference();
        let x = tape.input(Tensor::randn([2, 3, 4, 2, 5], &mut Rng::seed(2)));
        let y = last.forward(&x)?;
        assert_eq!(y.shape(), [2, 6, 4, 6, 4]);
        let other = first.forward(&x.permute([0, 4, 1, 2, 3])?)?;
        assert_eq!(other.tensor(), y.permute([0, 4, 1, 2, 3])?.tensor());
        Ok(())
    }

    /// No second element stands a stride away, so that there is nothing to count.
    #[test]
    fn one_element_is_spread_alike_at_any_stride() -> Result<()> {
        let run = |strides: usize| {
            let conv: Conv1dTranspose<f64> = Conv1dTransposeConfig::new(4, 3)
                .strides(strides)
                .dilations(2)
                .init(&mut Rng::seed(1))?;
            let tape = Tape::new();
            let x = tape.var(Tensor::ones([1, 1, 2]));
            let y = conv.forward(&x)?;
            let (geometry, output) = conv.sizes(&[1])?;
            let weight = conv.weight.value()?;
            let plain = x.tensor().conv_transpose(weight, &geometry, &output)?;
            let gradient = y.square()?.sum(..)?.backward()?.get(&x)?;
            Ok::<_, Error>([y.tensor(), &plain, &gradient].map(Tensor::to_vec))
        };
        let close = run(1)?;
        assert_eq!(close[0].len(), 5 * 4);
        assert_eq!(close[0], close[1]);
        assert_eq!(run(7)?, close);
        assert_eq!(run(1 << 62)?, close);
        Ok(())
    }

    #[test]
    fn gradients_of_a_result_that_is_longer_than_what_the_taps_reach() -> Result<()> {
        let conv: Conv1dTranspose<f64> = Conv1dTransposeConfig::new(2, 2)
            .dilations(3)
            .output_padding(2)
            .padding([[1, 0]])
            .input_size(3)
            .init(&mut Rng::seed(1))?;
        let x = Tensor::randn([2, 4, 3], &mut Rng::seed(2));
        gradcheck(|v| conv.forward(&v[0]), &[x]).map(|_| ())
    }

    #[test]
    fn wrong_inputs_and_configurations_are_told_what_fits() -> Result<()> {
        let conv: Conv2dTranspose = Conv2dTransposeConfig::new(4, 3)
            .input_size(2)
            .init(&mut Rng::seed(1))?;
        let message = |x: &[usize]| {
            let x = Tape::inference().input(Tensor::zeros(x));
            conv.forward(&x).unwrap_err().to_string()
        };
        assert_eq!(
            message(&[1, 5, 5, 3]),
            "conv2d_transpose: expects 2 input channels, got 3 in an input of shape [1, 5, 5, 3]"
        );
        assert!(message(&[1, 5, 2]).contains("of rank 4, got [1, 5, 2]"));
        assert!(message(&[1, 0, 5, 2]).contains("no element"));
        let refused = Conv2dTransposeConfig::new(4, 3)
            .output_padding([1, 2, 3])
            .init::<f32>(&mut Rng::seed(1));
        assert_eq!(
            refused.unwrap_err().to_string(),
            "conv2d_transpose: output_padding [1, 2, 3] has 3 entries; expected an integer, or a list of 1 or 2"
        );
        Ok(())
    }
}
