//! The decoder: layers one after the other.

use super::stack::stack;
use super::{TransformerDecoderLayer, TransformerStackConfig};
use crate::attention::mask_argument;
use crate::config::to_json;
use crate::{Args, Argument, Layer, LayerNorm, Module, Outputs, Signature};
use etude_autograd::{AttentionMask, Var};
use etude_tensor::{Float, Result, Rng};
use serde_json::Value;

const WHO: &str = "transformer_decoder";
const SIGNATURE: Signature = Signature::new(
    "TransformerDecoder",
    &[
        Argument::float("tgt"),
        Argument::float("memory"),
        Argument::mask("tgt_mask").optional(),
        Argument::mask("memory_mask").optional(),
    ],
    &["output"],
);

impl TransformerStackConfig {
    /// A decoder, its parameters seeded from `rng`.
    ///
    /// # Errors
    /// If a size is 0, `nhead` doesn't divide `d_model`, the dropout rate is outside `[0, 1)`, or the epsilon is negative.
    pub fn decoder<T: Float>(&self, rng: &mut Rng) -> Result<TransformerDecoder<T>> {
        let (layers, norm) = self.parts(WHO, rng, |layer, rng| layer.decoder_layer(rng))?;
        Ok(TransformerDecoder {
            layers,
            norm,
            config: self.clone(),
        })
    }
}

/// The Transformer's decoder: layers in order, then a norm if `norm` says so (Vaswani et al., *Attention Is All You Need*, 2017).
///
/// | parameter | shape |
/// |---|---|
/// | `layers.N.*`, N from 0 | as [`TransformerDecoderLayer`] |
/// | `norm.gamma`, `norm.beta` | `[d_model]`, only with `norm` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::TransformerStackConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let decoder = TransformerStackConfig::new(4, 2, 2).decoder(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let (tgt, memory) = (tape.input(Tensor::zeros([2, 3, 4])), tape.input(Tensor::zeros([2, 4, 4])));
/// assert_eq!(decoder.forward(&tgt, &memory, None, None)?.shape(), [2, 3, 4]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct TransformerDecoder<T: Float = f32> {
    /// The layers, first to last.
    pub layers: Vec<TransformerDecoderLayer<T>>,
    /// The norm after the last.
    pub norm: Option<LayerNorm<T>>,
    #[module(skip)]
    config: TransformerStackConfig,
}

impl<T: Float> TransformerDecoder<T> {
    /// `tgt [b, t, d_model]`, `memory [b, s, d_model]` and masks as [`MultiHeadAttention::forward`](crate::MultiHeadAttention::forward)
    /// takes them, the same for all layers → `[b, t, d_model]`.
    ///
    /// # Errors
    /// If the shapes don't go together.
    pub fn forward(
        &self,
        tgt: &Var<T>,
        memory: &Var<T>,
        tgt_mask: Option<&AttentionMask<T>>,
        memory_mask: Option<&AttentionMask<T>>,
    ) -> Result<Var<T>> {
        stack(tgt, &self.layers, self.norm.as_ref(), |layer, x| {
            layer.forward(x, memory, tgt_mask, memory_mask)
        })
    }
}

impl<T: Float> Layer<T> for TransformerDecoder<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        let (tgt, memory) = (args.float("tgt")?, args.float("memory")?);
        let tgt_mask = mask_argument(args, "tgt_mask")?;
        let memory_mask = mask_argument(args, "memory_mask")?;
        let output = self.forward(tgt, memory, tgt_mask.as_ref(), memory_mask.as_ref())?;
        Ok(Outputs::one("output", output))
    }
}
