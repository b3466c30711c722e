//! The encoder: layers one after the other.

use super::stack::stack;
use super::{TransformerEncoderLayer, TransformerStackConfig};
use crate::attention::mask_argument;
use crate::config::to_json;
use crate::{Args, Argument, Layer, LayerNorm, Module, Outputs, Signature};
use etude_autograd::{AttentionMask, Var};
use etude_tensor::{Float, Result, Rng};
use serde_json::Value;

const WHO: &str = "transformer_encoder";
const SIGNATURE: Signature = Signature::new(
    "TransformerEncoder",
    &[Argument::float("src"), Argument::mask("mask").optional()],
    &["output"],
);

impl TransformerStackConfig {
    /// An encoder, its parameters seeded from `rng`.
    ///
    /// # Errors
    /// If a size is 0, `nhead` doesn't divide `d_model`, the dropout rate is outside `[0, 1)`, or the epsilon is negative.
    pub fn encoder<T: Float>(&self, rng: &mut Rng) -> Result<TransformerEncoder<T>> {
        let (layers, norm) = self.parts(WHO, rng, |layer, rng| layer.encoder_layer(rng))?;
        Ok(TransformerEncoder {
            layers,
            norm,
            config: self.clone(),
        })
    }
}

/// The Transformer's encoder: layers in order, then a norm if `norm` says so (Vaswani et al., *Attention Is All You Need*, 2017).
///
/// | parameter | shape |
/// |---|---|
/// | `layers.N.*`, N from 0 | as [`TransformerEncoderLayer`] |
/// | `norm.gamma`, `norm.beta` | `[d_model]`, only with `norm` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::TransformerStackConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let encoder = TransformerStackConfig::new(4, 2, 2).encoder(&mut Rng::seed(1))?;
/// let src = Tape::<f32>::inference().input(Tensor::zeros([2, 3, 4]));
/// assert_eq!(encoder.forward(&src, None)?.shape(), [2, 3, 4]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct TransformerEncoder<T: Float = f32> {
    /// The layers, first to last.
    pub layers: Vec<TransformerEncoderLayer<T>>,
    /// The norm after the last.
    pub norm: Option<LayerNorm<T>>,
    #[module(skip)]
    config: TransformerStackConfig,
}

impl<T: Float> TransformerEncoder<T> {
    /// `src [b, s, d_model]` and a mask as [`MultiHeadAttention::forward`](crate::MultiHeadAttention::forward) takes it, the same for
    /// all layers → the same shape.
    ///
    /// # Errors
    /// If the shapes don't go together.
    pub fn forward(&self, src: &Var<T>, mask: Option<&AttentionMask<T>>) -> Result<Var<T>> {
        stack(src, &self.layers, self.norm.as_ref(), |layer, x| {
            layer.forward(x, mask)
        })
    }
}

impl<T: Float> Layer<T> for TransformerEncoder<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        let mask = mask_argument(args, "mask")?;
        let output = self.forward(args.float("src")?, mask.as_ref())?;
        Ok(Outputs::one("output", output))
    }
}
