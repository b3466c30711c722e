//! The attention of VOLO on windows that don't overlap.

use super::inputs::{example, image};
use super::outlook::{Outlook, OutlookSizes};
use crate::config::defaults::check_size;
use crate::unary::unary_layer;
use crate::{Argument, Layer, Module, Signature};
use etude_autograd::{Var, Visitor, VisitorMut};
use etude_derive::config;
use etude_tensor::{Float, Result, Rng};

const WHO: &str = "outlook_attention_simple";
const SIGNATURE: Signature = Signature::new(
    "OutlookAttentionSimple",
    &[Argument::float("x")],
    &["output"],
);

/// The configuration of an [`OutlookAttentionSimple`].
#[config]
pub struct OutlookAttentionSimpleConfig {
    /// How many channels the values and the output have.
    #[required]
    pub embed_dim: usize,
    /// How many heads attend side by side.
    #[default = 6]
    pub num_head: usize,
    /// The side of a cell, which is the window too.
    #[default = 3]
    pub kernel_size: usize,
    /// The share of attention weights that is dropped in training, from 0 to below 1.
    #[default = 0.0]
    pub attn_dropout: f64,
    /// How many channels go in; from the first input if absent.
    pub input_size: Option<usize>,
    /// Whether the parameters are trained.
    #[default = true]
    pub trainable: bool,
}

impl OutlookAttentionSimpleConfig {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If a size is 0, `num_head` doesn't divide `embed_dim`, or `attn_dropout` is outside `[0, 1)`.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<OutlookAttentionSimple<T>> {
        let sizes = OutlookSizes {
            who: WHO,
            embed_dim: self.embed_dim,
            heads: self.num_head,
            kernel: self.kernel_size,
            stride: self.kernel_size,
            padding: 0,
        };
        let layer = OutlookAttentionSimple {
            outlook: Outlook::new(sizes, self.attn_dropout, self.trainable, rng)?,
            config: self.clone(),
        };
        if let Some(channels) = self.input_size {
            check_size(WHO, "input_size", channels)?;
            layer.build(&example(&[1, 1, 1, channels])?)?;
        }
        Ok(layer)
    }
}

/// [`OutlookAttention`](super::OutlookAttention) on disjoint windows (Yuan et al., *VOLO*, 2021): the image, with zeros below and to the right up to multiples of
/// `k = kernel_size`, is cut into `k × k` cells, and the mean of each cell says how the values in it mix. The zeros count in the means, and
/// take part in the softmax with value 0; what they get is cut off.
///
/// | parameter | shape |
/// |---|---|
/// | `v.weight` | `[C, embed_dim]` |
/// | `attn.weight`, `attn.bias` | `[C, num_head·k⁴]`, `[num_head·k⁴]` |
/// | `out.weight`, `out.bias` | `[embed_dim, embed_dim]`, `[embed_dim]` |
///
/// ```
/// use etude_autograd::{Module, Tape};
/// use etude_layers::OutlookAttentionSimpleConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let layer = OutlookAttentionSimpleConfig::new(192).num_head(4).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = layer.forward(&tape.input(Tensor::ones([2, 28, 28, 192])))?; // 30 × 30 inside
/// assert_eq!(y.shape(), [2, 28, 28, 192]);
/// assert_eq!(layer.state_dict()?["attn.weight"].shape(), [192, 324]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct OutlookAttentionSimple<T: Float = f32> {
    outlook: Outlook<T>,
    config: OutlookAttentionSimpleConfig,
}

/// The projections stand at the top, without a path of their own.
impl<T: Float> Module<T> for OutlookAttentionSimple<T> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, 'a, T>) {
        self.outlook.visit(visitor);
    }

    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_, T>) {
        self.outlook.visit_mut(visitor);
    }
}

impl<T: Float> OutlookAttentionSimple<T> {
    /// `x [b, H, W, C]` → `[b, H, W, embed_dim]`.
    ///
    /// # Errors
    /// If `x` has another rank, or another number of channels than the layer was made for.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let [_, height, width, _] = image(WHO, x)?;
        let kernel = self.config.kernel_size;
        let missing = |size: usize| (0, size.div_ceil(kernel) * kernel - size);
        let border = [(0, 0), missing(height), missing(width), (0, 0)];
        let f = match border {
            [_, (0, 0), (0, 0), _] => self.outlook.attend(x)?,
            _ => {
                let f = self.outlook.attend(&x.pad(border, 0.0)?)?;
                f.narrow(1, 0, height)?.narrow(2, 0, width)?
            }
        };
        self.outlook.project(&f)
    }
}

unary_layer!([] OutlookAttentionSimple<T>, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OutlookAttentionConfig;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn on_whole_cells_it_is_outlook_attention_with_strides_of_a_window() -> Result<()> {
        let simple: OutlookAttentionSimple<f64> = OutlookAttentionSimpleConfig::new(4)
            .num_head(2)
            .input_size(3)
            .init(&mut Rng::seed(1))?;
        let full: crate::OutlookAttention<f64> = OutlookAttentionConfig::new(4, 2)
            .padding(0)
            .strides(3)
            .input_size(3)
            .init(&mut Rng::seed(1))?;
        let tape = Tape::inference();
        let x = Tensor::randn([2, 6, 9, 3], &mut Rng::seed(2));
        let x = tape.input(x);
        assert_eq!(simple.forward(&x)?.tensor(), full.forward(&x)?.tensor());
        // With a row and two columns less, the zeros in their place are what is looked at.
        let cut = x.narrow(1, 0, 5)?.narrow(2, 0, 7)?;
        let padded = cut.pad([(0, 0), (0, 1), (0, 2), (0, 0)], 0.0)?;
        let expected = full.forward(&padded)?.narrow(1, 0, 5)?.narrow(2, 0, 7)?;
        assert_eq!(simple.forward(&cut)?.tensor(), expected.tensor());
        Ok(())
    }

    #[test]
    fn wrong_sizes_are_told_what_fits() {
        let refused = OutlookAttentionSimpleConfig::new(4).init::<f64>(&mut Rng::seed(1));
        assert_eq!(
            refused.unwrap_err().to_string(),
            "outlook_attention_simple: num_head 6 doesn't divide embed_dim 4; expected a divisor"
        );
    }
}
