//! A layer of the decoder.

use super::TransformerLayerConfig;
use crate::activation::custom_activations;
use crate::attention::mask_argument;
use crate::config::to_json;
use crate::{
    ActivationFn, Args, Argument, Dense, Layer, LayerNorm, Module, MultiHeadAttention, Outputs,
    Signature,
};
use etude_autograd::{AttentionMask, Var};
use etude_tensor::{Float, Result, Rng};
use serde_json::Value;

const WHO: &str = "transformer_decoder_layer";
const SIGNATURE: Signature = Signature::new(
    "TransformerDecoderLayer",
    &[
        Argument::float("tgt"),
        Argument::float("memory"),
        Argument::mask("tgt_mask").optional(),
        Argument::mask("memory_mask").optional(),
    ],
    &["output"],
);

impl TransformerLayerConfig {
    /// A layer of the decoder, its parameters seeded from `rng`.
    ///
    /// # Errors
    /// If a size is 0, `nhead` doesn't divide `d_model`, the dropout rate is outside `[0, 1)`, or the epsilon is negative.
    pub fn decoder_layer<T: Float>(&self, rng: &mut Rng) -> Result<TransformerDecoderLayer<T>> {
        self.check(WHO)?;
        Ok(TransformerDecoderLayer {
            self_attn: self.attention(rng)?,
            multihead_attn: self.attention(rng)?,
            linear1: self.linear(self.d_model, self.dim_feedforward, rng)?,
            linear2: self.linear(self.dim_feedforward, self.d_model, rng)?,
            norm1: self.layer_norm(rng)?,
            norm2: self.layer_norm(rng)?,
            norm3: self.layer_norm(rng)?,
            activation: Some(self.activation).into(),
            config: self.clone(),
        })
    }
}

/// A layer of the Transformer's decoder: attention to the target, attention to the encoder's output, and two linear layers (Vaswani et al., *Attention Is All
/// You Need*, 2017). Its blocks
///
/// ```text
/// A(u) = drop(MultiHeadAttention(x = u, mask = tgt_mask))                        self_attn
/// C(u) = drop(MultiHeadAttention(x = u, xa = memory, mask = memory_mask))        multihead_attn
/// G(u) = drop(linear2(drop(act(linear1(u)))))
/// ```
///
/// are taken in the order A, C, G, each with a norm of its own: `u ← norm(u + block(u))`, or with `norm_first` `u ← u + block(norm(u))`.
///
/// | parameter | shape |
/// |---|---|
/// | `self_attn.*`, `multihead_attn.*` | as [`MultiHeadAttention`] |
/// | `linear1.weight`, `linear1.bias` | `[d_model, dim_feedforward]`, `[dim_feedforward]` |
/// | `linear2.weight`, `linear2.bias` | `[dim_feedforward, d_model]`, `[d_model]` |
/// | `norm1.*`, `norm2.*`, `norm3.*` | `gamma` and `beta`, `[d_model]` each |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::TransformerLayerConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let layer = TransformerLayerConfig::new(4, 2).decoder_layer(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let (tgt, memory) = (tape.input(Tensor::zeros([2, 3, 4])), tape.input(Tensor::zeros([2, 4, 4])));
/// assert_eq!(layer.forward(&tgt, &memory, None, None)?.shape(), [2, 3, 4]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct TransformerDecoderLayer<T: Float = f32> {
    /// Attention to the input itself.
    pub self_attn: MultiHeadAttention<T>,
    /// Attention to the encoder's output.
    pub multihead_attn: MultiHeadAttention<T>,
    /// The first linear layer, before the activation.
    pub linear1: Dense<T>,
    /// The second linear layer.
    pub linear2: Dense<T>,
    /// The norm of the first block.
    pub norm1: LayerNorm<T>,
    /// The norm of the second block.
    pub norm2: LayerNorm<T>,
    /// The norm of the feed-forward block.
    pub norm3: LayerNorm<T>,
    #[module(skip)]
    activation: ActivationFn<T>,
    #[module(skip)]
    config: TransformerLayerConfig,
}

impl<T: Float> TransformerDecoderLayer<T> {
    /// `tgt [b, t, d_model]`, `memory [b, s, d_model]` and masks as [`MultiHeadAttention::forward`] takes them → `[b, t, d_model]`.
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
        let config = &self.config;
        let u = config.residual(tgt, ("norm1", &self.norm1), |u| {
            config.attend(("self_attn", &self.self_attn), u, None, tgt_mask)
        })?;
        let u = config.residual(&u, ("norm2", &self.norm2), |u| {
            let attention = ("multihead_attn", &self.multihead_attn);
            config.attend(attention, u, Some(memory), memory_mask)
        })?;
        config.residual(&u, ("norm3", &self.norm3), |u| {
            config.feed_forward(u, &self.linear1, &self.activation, &self.linear2)
        })
    }
}

custom_activations! {
    [] TransformerDecoderLayer<T>,
    /// With an activation given in code. Such a layer has no configuration that a file could hold.
    with_activation => activation;
}

impl<T: Float> Layer<T> for TransformerDecoderLayer<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        self.activation.named(WHO)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn each_mask_hides_from_its_own_attention() -> Result<()> {
        let layer: TransformerDecoderLayer<f64> =
            TransformerLayerConfig::new(4, 2).decoder_layer(&mut Rng::seed(1))?;
        let tape = Tape::inference();
        let draw = |shape: [usize; 3], seed: u64| Tensor::<f64>::randn(shape, &mut Rng::seed(seed));
        let (tgt, memory) = (draw([1, 2, 4], 2), draw([1, 3, 4], 3));
        let causal = AttentionMask::Bool(Tensor::from([[true, false], [true, true]]));
        let first = AttentionMask::Bool(Tensor::from([[true, false, false], [true, false, false]]));
        let run = |tgt: &Tensor<f64>, memory: &Tensor<f64>| {
            let (tgt, memory) = (tape.input(tgt.clone()), tape.input(memory.clone()));
            let y = layer.forward(&tgt, &memory, Some(&causal), Some(&first))?;
            y.tensor().narrow(1, 0, 1)
        };
        let before = run(&tgt, &memory)?;
        let later = Tensor::concat(&[tgt.narrow(1, 0, 1)?, draw([1, 1, 4], 4)], 1)?;
        let others = Tensor::concat(&[memory.narrow(1, 0, 1)?, draw([1, 2, 4], 5)], 1)?;
        assert_eq!(run(&later, &others)?, before);
        assert_ne!(run(&draw([1, 2, 4], 6), &memory)?, before);
        assert_ne!(run(&tgt, &draw([1, 3, 4], 7))?, before);
        Ok(())
    }
}
