//! A layer of the decoder.

use super::block::Sizes;
use crate::attention::mask_argument;
use crate::config::to_json;
use crate::{
    Activation, ActivationFn, Args, Argument, Dense, Layer, LayerNorm, Module, MultiHeadAttention,
    Outputs, Signature,
};
use etude_autograd::{AttentionMask, Var};
use etude_derive::config;
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

/// The configuration of a [`TransformerDecoderLayer`].
#[config]
pub struct TransformerDecoderLayerConfig {
    /// How many features there are.
    #[required]
    pub d_model: usize,
    /// How many heads attend side by side.
    #[required]
    pub nhead: usize,
    /// How many features come out of the first of the two linear layers.
    #[default = 2048]
    pub dim_feedforward: usize,
    /// The share of elements that is dropped after each block, and between the two linear layers, in training.
    #[default = 0.1]
    pub dropout: f64,
    /// What stands between the two linear layers.
    #[default = Activation::Relu]
    pub activation: Activation,
    /// The epsilon of the norms.
    #[default = 1e-5]
    pub layer_norm_eps: f64,
    /// Whether a block's input is normalised, instead of its sum with the input.
    #[default = false]
    pub norm_first: bool,
    /// Whether attention and linear layers have biases; the norms always have them.
    #[default = true]
    pub bias: bool,
    /// Whether the parameters are trained.
    #[default = true]
    pub trainable: bool,
}

impl TransformerDecoderLayerConfig {
    /// The layer, its parameters seeded from `rng`.
    ///
    /// # Errors
    /// If a size is 0, `nhead` doesn't divide `d_model`, the dropout rate is outside `[0, 1)`, or the epsilon is negative.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<TransformerDecoderLayer<T>> {
        let sizes = self.sizes();
        sizes.check(WHO)?;
        Ok(TransformerDecoderLayer {
            self_attn: sizes.attention(rng)?,
            multihead_attn: sizes.attention(rng)?,
            linear1: sizes.dense(self.d_model, self.dim_feedforward, rng)?,
            linear2: sizes.dense(self.dim_feedforward, self.d_model, rng)?,
            norm1: sizes.norm(rng)?,
            norm2: sizes.norm(rng)?,
            norm3: sizes.norm(rng)?,
            activation: Some(self.activation).into(),
            sizes,
            config: self.clone(),
        })
    }

    /// What the parts are made from.
    fn sizes(&self) -> Sizes {
        Sizes {
            d_model: self.d_model,
            nhead: self.nhead,
            dim_feedforward: self.dim_feedforward,
            dropout: self.dropout,
            layer_norm_eps: self.layer_norm_eps,
            norm_first: self.norm_first,
            bias: self.bias,
            trainable: self.trainable,
        }
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
/// use etude_layers::TransformerDecoderLayerConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let layer = TransformerDecoderLayerConfig::new(4, 2).init(&mut Rng::seed(1))?;
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
    sizes: Sizes,
    #[module(skip)]
    config: TransformerDecoderLayerConfig,
}

impl<T: Float> TransformerDecoderLayer<T> {
    /// With an activation given in code. Such a layer has no configuration that a file could hold.
    #[must_use]
    pub fn with_activation(
        mut self,
        activation: impl Fn(&Var<T>) -> Result<Var<T>> + Send + Sync + 'static,
    ) -> Self {
        self.activation = ActivationFn::custom(activation);
        self
    }

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
        let sizes = &self.sizes;
        let u = sizes.residual(tgt, ("norm1", &self.norm1), |u| {
            sizes.attend(("self_attn", &self.self_attn), u, None, tgt_mask)
        })?;
        let u = sizes.residual(&u, ("norm2", &self.norm2), |u| {
            let attention = ("multihead_attn", &self.multihead_attn);
            sizes.attend(attention, u, Some(memory), memory_mask)
        })?;
        sizes.residual(&u, ("norm3", &self.norm3), |u| {
            sizes.feed_forward(u, &self.linear1, &self.activation, &self.linear2)
        })
    }
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
            TransformerDecoderLayerConfig::new(4, 2).init(&mut Rng::seed(1))?;
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
