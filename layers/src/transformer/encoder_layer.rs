//! A layer of the encoder.

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

const WHO: &str = "transformer_encoder_layer";
const SIGNATURE: Signature = Signature::new(
    "TransformerEncoderLayer",
    &[
        Argument::float("src"),
        Argument::mask("src_mask").optional(),
    ],
    &["output"],
);

impl TransformerLayerConfig {
    /// A layer of the encoder, its parameters seeded from `rng`.
    ///
    /// # Errors
    /// If a size is 0, `nhead` doesn't divide `d_model`, the dropout rate is outside `[0, 1)`, or the epsilon is negative.
    pub fn encoder_layer<T: Float>(&self, rng: &mut Rng) -> Result<TransformerEncoderLayer<T>> {
        self.check(WHO)?;
        Ok(TransformerEncoderLayer {
            self_attn: self.attention(rng)?,
            linear1: self.linear(self.d_model, self.dim_feedforward, rng)?,
            linear2: self.linear(self.dim_feedforward, self.d_model, rng)?,
            norm1: self.layer_norm(rng)?,
            norm2: self.layer_norm(rng)?,
            activation: Some(self.activation).into(),
            config: self.clone(),
        })
    }
}

/// A layer of the Transformer's encoder: attention, and two linear layers (Vaswani et al., *Attention Is All
/// You Need*, 2017). Its blocks
///
/// ```text
/// A(u) = drop(MultiHeadAttention(x = u, mask = src_mask))        self_attn
/// G(u) = drop(linear2(drop(act(linear1(u)))))
/// ```
///
/// are taken in the order A, G, each with a norm of its own: `u ← norm(u + block(u))`, or with `norm_first` `u ← u + block(norm(u))`.
///
/// | parameter | shape |
/// |---|---|
/// | `self_attn.*` | as [`MultiHeadAttention`] |
/// | `linear1.weight`, `linear1.bias` | `[d_model, dim_feedforward]`, `[dim_feedforward]` |
/// | `linear2.weight`, `linear2.bias` | `[dim_feedforward, d_model]`, `[d_model]` |
/// | `norm1.*`, `norm2.*` | `gamma` and `beta`, `[d_model]` each |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::TransformerLayerConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let layer = TransformerLayerConfig::new(4, 2).encoder_layer(&mut Rng::seed(1))?;
/// let src = Tape::<f32>::inference().input(Tensor::zeros([2, 3, 4]));
/// assert_eq!(layer.forward(&src, None)?.shape(), [2, 3, 4]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct TransformerEncoderLayer<T: Float = f32> {
    /// Attention to the input itself.
    pub self_attn: MultiHeadAttention<T>,
    /// The first linear layer, before the activation.
    pub linear1: Dense<T>,
    /// The second linear layer.
    pub linear2: Dense<T>,
    /// The norm of the first block.
    pub norm1: LayerNorm<T>,
    /// The norm of the second block.
    pub norm2: LayerNorm<T>,
    #[module(skip)]
    activation: ActivationFn<T>,
    #[module(skip)]
    config: TransformerLayerConfig,
}

impl<T: Float> TransformerEncoderLayer<T> {
    /// `src [b, s, d_model]` and a mask as [`MultiHeadAttention::forward`] takes it → the same shape.
    ///
    /// # Errors
    /// If the shapes don't go together.
    pub fn forward(&self, src: &Var<T>, src_mask: Option<&AttentionMask<T>>) -> Result<Var<T>> {
        let config = &self.config;
        let u = config.residual(src, ("norm1", &self.norm1), |u| {
            config.attend(("self_attn", &self.self_attn), u, None, src_mask)
        })?;
        config.residual(&u, ("norm2", &self.norm2), |u| {
            config.feed_forward(u, &self.linear1, &self.activation, &self.linear2)
        })
    }
}

custom_activations! {
    [] TransformerEncoderLayer<T>,
    /// With an activation given in code. Such a layer has no configuration that a file could hold.
    with_activation => activation;
}

impl<T: Float> Layer<T> for TransformerEncoderLayer<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        self.activation.named(WHO)?;
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        let src_mask = mask_argument(args, "src_mask")?;
        let output = self.forward(args.float("src")?, src_mask.as_ref())?;
        Ok(Outputs::one("output", output))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn both_orders_of_norm_and_block_by_their_parts() -> Result<()> {
        for norm_first in [false, true] {
            let config = TransformerLayerConfig::new(4, 2).norm_first(norm_first);
            let layer: TransformerEncoderLayer<f64> = config.encoder_layer(&mut Rng::seed(1))?;
            let u = Tape::inference().input(Tensor::randn([2, 3, 4], &mut Rng::seed(2)));
            let attend = |u: &Var<f64>| layer.self_attn.forward(u, None, None);
            let feed = |u: &Var<f64>| layer.linear2.forward(&layer.linear1.forward(u)?.relu()?);
            let expected = if norm_first {
                let u = u.try_add(&attend(&layer.norm1.forward(&u)?)?)?;
                u.try_add(&feed(&layer.norm2.forward(&u)?)?)?
            } else {
                let u = layer.norm1.forward(&u.try_add(&attend(&u)?)?)?;
                layer.norm2.forward(&u.try_add(&feed(&u)?)?)?
            };
            assert_eq!(layer.forward(&u, None)?.tensor(), expected.tensor());
        }
        Ok(())
    }

    #[test]
    fn errors_name_the_part_or_the_key() -> Result<()> {
        let message = TransformerLayerConfig::new(5, 2)
            .encoder_layer::<f32>(&mut Rng::seed(1))
            .unwrap_err();
        assert_eq!(
            message.to_string(),
            "transformer_encoder_layer: nhead 2 doesn't divide d_model 5; expected a divisor"
        );
        let layer: TransformerEncoderLayer<f64> =
            TransformerLayerConfig::new(4, 2).encoder_layer(&mut Rng::seed(1))?;
        let u = Tape::inference().input(Tensor::zeros([2, 3, 4]));
        let mask = AttentionMask::Bool(Tensor::full([2, 3], true));
        let message = layer.forward(&u, Some(&mask)).unwrap_err().to_string();
        assert!(
            message.contains("self_attn") && message.contains("[2, 3]"),
            "{message}"
        );
        Ok(())
    }

    #[test]
    fn dropout_is_drawn_in_training_alone() -> Result<()> {
        let layer: TransformerEncoderLayer<f64> = TransformerLayerConfig::new(4, 2)
            .dropout(0.5)
            .encoder_layer(&mut Rng::seed(1))?;
        let x = Tensor::randn([2, 3, 4], &mut Rng::seed(2));
        let run = |tape: Tape<f64>| Ok(layer.forward(&tape.input(x.clone()), None)?.into_tensor());
        let inference = run(Tape::inference())?;
        assert_eq!(run(Tape::training(1))?, run(Tape::training(1))?);
        assert_ne!(run(Tape::training(1))?, run(Tape::training(2))?);
        assert_ne!(run(Tape::training(1))?, inference);
        Ok(())
    }
}
