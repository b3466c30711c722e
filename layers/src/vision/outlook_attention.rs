//! The attention of VOLO.

use super::inputs::{example, image};
use super::outlook::{Outlook, OutlookSizes};
use crate::config::defaults::{check_rate, check_size};
use crate::unary::unary_layer;
use crate::{Argument, Dropout, DropoutConfig, Layer, Module, Signature};
use etude_autograd::{Var, Visitor, VisitorMut};
use etude_derive::config;
use etude_tensor::{Error, Float, Result, Rng};

const WHO: &str = "outlook_attention";
const SIGNATURE: Signature =
    Signature::new("OutlookAttention", &[Argument::float("x")], &["output"]);

/// The configuration of an [`OutlookAttention`].
#[config]
pub struct OutlookAttentionConfig {
    /// How many channels the values and the output have.
    #[required]
    pub embed_dim: usize,
    /// How many heads attend side by side.
    #[required]
    pub num_head: usize,
    /// The side of a window.
    #[default = 3]
    pub kernel_size: usize,
    /// With 1 the windows start half a window outside of the image, with any other number at its corner.
    #[default = 1]
    pub padding: i64,
    /// From one window to the next, and the side of the cells whose means are the windows' centres.
    #[default = 2]
    pub strides: usize,
    /// The share of attention weights that is dropped in training, from 0 to below 1.
    #[default = 0.0]
    pub attn_dropout: f64,
    /// The share of the output that is dropped in training, from 0 to below 1.
    #[default = 0.0]
    pub output_dropout: f64,
    /// How many channels go in; from the first input if absent.
    pub input_size: Option<usize>,
    /// Whether the parameters are trained.
    #[default = true]
    pub trainable: bool,
}

impl OutlookAttentionConfig {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If a size or the stride is 0, `num_head` doesn't divide `embed_dim`, a rate is outside `[0, 1)`, or the windows don't fit the
    /// cells: there must be as many of them, which a `padding` of 1 gives for odd `kernel_size`s, another one for those up to `strides`.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<OutlookAttention<T>> {
        let OutlookAttentionConfig {
            kernel_size,
            padding,
            strides,
            ..
        } = *self;
        check_size(WHO, "strides", strides)?;
        check_rate(WHO, "output_dropout", self.output_dropout)?;
        let sizes = OutlookSizes {
            who: WHO,
            embed_dim: self.embed_dim,
            heads: self.num_head,
            kernel: kernel_size,
            stride: strides,
            padding: if padding == 1 { kernel_size / 2 } else { 0 },
        };
        // ⌊(H + 2·padding − kernel)/stride⌋ + 1 = H/stride, for every H that the stride divides.
        let inside_the_image = kernel_size - 2 * sizes.padding;
        if kernel_size > 0 && !(1..=strides).contains(&inside_the_image) {
            let message = format!(
                "windows of kernel_size {kernel_size} with padding {padding} don't fit strides {strides}; \
                 expected an odd kernel_size with padding 1, or one up to {strides} without"
            );
            return Err(Error::config(WHO, message));
        }
        let layer = OutlookAttention {
            outlook: Outlook::new(sizes, self.attn_dropout, self.trainable, rng)?,
            output_dropout: DropoutConfig::new(self.output_dropout).init()?,
            config: self.clone(),
        };
        if let Some(channels) = self.input_size {
            check_size(WHO, "input_size", channels)?;
            layer.build(&example(&[1, strides, strides, channels])?)?;
        }
        Ok(layer)
    }
}

/// Outlook attention (Yuan et al., *VOLO: Vision Outlooker for Visual Recognition*, 2021): the mean of each cell says directly, without keys, how the values in
/// a window around it mix, and where windows overlap their results are added up. With `k = kernel_size`, `s = strides`, `d = embed_dim/num_head`
///
/// ```text
/// v = pad(x · v.weight)        m[I, J] = mean of x over the s × s cell (I, J)
/// A = softmax((m · attn.weight + attn.bias) / √d)        as [b, H/s, W/s, num_head, k², k²], over the last axis
/// z[I, J, n, t] = Σ_t' A[I, J, n, t, t'] · v[I·s + ⌊t'/k⌋, J·s + t' mod k, head n]
/// f[i, j] = Σ of z[I, J, ·, t] over all windows (I, J) and t that lie at (i, j)
/// output = f · out.weight + out.bias
/// ```
///
/// Time and memory grow with the number of windows, each of which is copied once.
///
/// | parameter | shape |
/// |---|---|
/// | `v.weight` | `[C, embed_dim]` |
/// | `attn.weight`, `attn.bias` | `[C, num_head·k⁴]`, `[num_head·k⁴]` |
/// | `out.weight`, `out.bias` | `[embed_dim, embed_dim]`, `[embed_dim]` |
///
/// ```
/// use etude_autograd::{Module, Tape};
/// use etude_layers::OutlookAttentionConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let layer = OutlookAttentionConfig::new(192, 4).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = layer.forward(&tape.input(Tensor::ones([1, 28, 28, 192])))?;
/// assert_eq!(y.shape(), [1, 28, 28, 192]);
/// let shapes = layer.state_dict()?;
/// assert_eq!(shapes["v.weight"].shape(), [192, 192]);
/// assert_eq!(shapes["attn.weight"].shape(), [192, 324]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct OutlookAttention<T: Float = f32> {
    outlook: Outlook<T>,
    output_dropout: Dropout,
    config: OutlookAttentionConfig,
}

/// The projections stand at the top, without a path of their own.
impl<T: Float> Module<T> for OutlookAttention<T> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, 'a, T>) {
        self.outlook.visit(visitor);
    }

    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_, T>) {
        self.outlook.visit_mut(visitor);
    }
}

impl<T: Float> OutlookAttention<T> {
    /// `x [b, H, W, C]` → `[b, H, W, embed_dim]`.
    ///
    /// # Errors
    /// If `x` has another rank, another number of channels than the layer was made for, or a height or width that isn't a
    /// multiple of `strides`.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        self.check(x)?;
        let y = self.outlook.project(&self.outlook.attend(x)?)?;
        self.output_dropout.forward(&y)
    }

    /// The weights `A` alone, `[b, H/strides, W/strides, num_head, k², k²]`: for each cell and head a row for each position of the window that
    /// gets something, a column for each that gives. In training after dropout.
    ///
    /// # Errors
    /// As [`forward`](OutlookAttention::forward).
    pub fn weights(&self, x: &Var<T>) -> Result<Var<T>> {
        self.check(x)?;
        self.outlook.weights(x)
    }

    fn check(&self, x: &Var<T>) -> Result<()> {
        let [_, height, width, _] = image(WHO, x)?;
        let strides = self.config.strides;
        if [height, width]
            .iter()
            .any(|size| !size.is_multiple_of(strides))
        {
            let message = format!(
                "strides {strides} don't divide height and width of an input of shape {:?}; expected multiples",
                x.shape()
            );
            return Err(Error::shape(WHO, message));
        }
        Ok(())
    }
}

unary_layer!([] OutlookAttention<T>, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vision::reference::assert_agree;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    /// The definition, as one matrix for each sample and head: what position `j` gives to position `i` of the image, all windows
    /// together. Quadratic in the image.
    fn dense(layer: &OutlookAttention<f64>, x: &Var<f64>) -> Result<Var<f64>> {
        let OutlookAttentionConfig {
            embed_dim,
            num_head,
            kernel_size: k,
            padding,
            strides,
            ..
        } = layer.config;
        let start = if padding == 1 { k / 2 } else { 0 };
        let [batch, height, width, _] = image(WHO, x)?;
        let weights = layer.weights(x)?;
        let (rows, columns, taps) = (height / strides, width / strides, k * k);
        let all = height * width;
        // Each weight's place in the matrix; those that begin or end outside of the image go to a row that is cut off.
        let mut places = Vec::new();
        for cell in 0..rows * columns {
            let position = |tap: usize| {
                let i = (cell / columns * strides + tap / k).checked_sub(start)?;
                let j = (cell % columns * strides + tap % k).checked_sub(start)?;
                (i < height && j < width).then_some(i * width + j)
            };
            for target in 0..taps {
                for source in 0..taps {
                    let place = position(target).zip(position(source));
                    places.push(place.map_or(all * all, |(i, j)| i * all + j) as i64);
                }
            }
        }
        let weights = weights.permute([0, 3, 1, 2, 4, 5])?;
        let weights = weights.reshape([batch, num_head, rows * columns * taps * taps])?;
        let places = Tensor::from_slice([places.len()], &places)?;
        let matrix = x
            .tape()
            .input(Tensor::zeros([batch, num_head, all * all + 1]));
        let matrix = matrix
            .index_add(-1, &places, &weights)?
            .narrow(-1, 0, all * all)?;
        let matrix = matrix.reshape([batch, num_head, all, all])?;
        let v = layer.outlook.v.forward(WHO, x, embed_dim)?;
        let v = v
            .reshape([batch, all, num_head, embed_dim / num_head])?
            .transpose(1, 2)?;
        let f = matrix
            .matmul(&v)?
            .transpose(1, 2)?
            .reshape([batch, height, width, embed_dim])?;
        layer.outlook.project(&f)
    }

    #[test]
    fn it_agrees_with_one_dense_matrix() -> Result<()> {
        for (kernel, padding, strides) in [
            (3, 1, 2),
            (2, 0, 2),
            (1, 0, 3),
            (5, 1, 1),
            (5, 1, 2),
            (3, -1, 3),
        ] {
            let layer: OutlookAttention<f64> = OutlookAttentionConfig::new(4, 2)
                .kernel_size(kernel)
                .padding(padding)
                .strides(strides)
                .input_size(3)
                .init(&mut Rng::seed(1))?;
            let x = Tensor::randn([2, 6, 12, 3], &mut Rng::seed(2));
            let what = format!("kernel {kernel}, strides {strides}");
            assert_agree(
                &what,
                &layer,
                &x,
                |x| layer.forward(x),
                |x| dense(&layer, x),
            )?;
        }
        Ok(())
    }

    #[test]
    fn wrong_sizes_are_told_what_fits() -> Result<()> {
        let refuse = |config: OutlookAttentionConfig| {
            config
                .init::<f64>(&mut Rng::seed(1))
                .unwrap_err()
                .to_string()
        };
        let config = OutlookAttentionConfig::new(4, 2);
        for (kernel, padding, strides) in [(2, 1, 2), (3, 0, 2), (4, 1, 1)] {
            let config = config
                .clone()
                .kernel_size(kernel)
                .padding(padding)
                .strides(strides);
            let message = refuse(config);
            assert!(
                message.contains("expected an odd kernel_size with padding 1"),
                "{message}"
            );
        }
        assert_eq!(
            refuse(OutlookAttentionConfig::new(4, 3)),
            "outlook_attention: num_head 3 doesn't divide embed_dim 4; expected a divisor"
        );
        assert_eq!(
            refuse(config.clone().kernel_size(0)),
            "outlook_attention: kernel_size is 0; expected 1 or more"
        );
        let layer: OutlookAttention<f64> = config.input_size(3).init(&mut Rng::seed(1))?;
        let message = |shape: &[usize]| {
            let x = Tape::inference().input(Tensor::zeros(shape));
            layer.forward(&x).unwrap_err().to_string()
        };
        assert_eq!(
            message(&[1, 4, 5, 3]),
            "outlook_attention: strides 2 don't divide height and width of an input of shape [1, 4, 5, 3]; expected multiples"
        );
        assert!(
            message(&[1, 4, 4, 2])
                .starts_with("outlook_attention: 'attn' expects 3 input channels, got 2")
        );
        Ok(())
    }
}
