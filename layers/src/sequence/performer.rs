//! The Performer block.

use super::config::sequence_config;
use super::feed_forward::FeedForward;
use super::start::inside;
use crate::unary::unary_layer;
use crate::{
    Argument, Dense, Module, MultiHeadFavorAttention, MultiHeadFavorAttentionConfig, Signature,
};
use etude_autograd::Var;
use etude_tensor::{Float, Result, Rng};

const SIGNATURE: Signature = Signature::new("Performer", &[Argument::float("x")], &["output"]);

sequence_config! {
    /// The configuration of a [`Performer`] block.
    pub struct PerformerConfig {
        ..favor,
        ..feed_forward_activation,
        ..use_bias,
        ..norm_epsilon,
        ..weights_and_biases,
    }
}

impl PerformerConfig {
    /// The block, its parameters and random features drawn from `rng`.
    ///
    /// # Errors
    /// Those of [`MultiHeadFavorAttentionConfig::init`]; and if epsilon is negative.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<Performer<T>> {
        let (dim, heads) = (self.dim, self.nb_heads);
        let start = self.start();
        let attention = MultiHeadFavorAttentionConfig::new(dim, heads, self.nb_random_features)
            .weight_initializer(self.weight_initializer)
            .trainable(self.trainable);
        let attention_out = start.dense(dim).use_bias(self.use_bias);
        let attention_out = attention_out.input_size(dim.saturating_mul(heads));
        Ok(Performer {
            attention: inside("attention", attention.init(rng))?,
            attention_out: inside("attention_out", attention_out.init(rng))?,
            feed_forward: FeedForward::new(
                start,
                dim,
                self.activation,
                self.use_bias,
                self.epsilon,
                rng,
            )?,
            config: self.clone(),
        })
    }
}

/// A block around [`MultiHeadFavorAttention`], time and memory linear in the length (Choromanski et al., *Rethinking Attention with
/// Performers*, 2021):
///
/// ```text
/// y      = LN(norm1)(x + Dense(attention_out)(attention(x)))
/// output = LN(norm2)(y + Dense(ffn2)(activation(Dense(ffn1)(y))))
/// ```
///
/// with the layer normalisation `LN` over the features.
///
/// | parameter | shape |
/// |---|---|
/// | `attention.…` | those of [`MultiHeadFavorAttention`] |
/// | `attention_out.weight`, `attention_out.bias` | `[dim · nb_heads, dim]`, `[dim]` |
/// | `ffn1.weight`, `ffn1.bias` | `[dim, 4·dim]`, `[4·dim]` |
/// | `ffn2.weight`, `ffn2.bias` | `[4·dim, dim]`, `[dim]` |
/// | `norm1.gamma`, `norm1.beta`, `norm2.gamma`, `norm2.beta` | `[dim]` |
///
/// The biases are absent with `use_bias: false`.
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::PerformerConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let performer = PerformerConfig::new(64, 4, 256).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let output = performer.forward(&tape.input(Tensor::zeros([32, 20, 64])))?;
/// assert_eq!(output.shape(), [32, 20, 64]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct Performer<T: Float = f32> {
    /// The attention.
    pub attention: MultiHeadFavorAttention<T>,
    /// From all heads back to `dim` features.
    pub attention_out: Dense<T>,
    /// What follows it.
    #[module(flatten)]
    pub feed_forward: FeedForward<T>,
    #[module(skip)]
    config: PerformerConfig,
}

impl<T: Float> Performer<T> {
    /// `x [batch, positions, dim]` → the same shape.
    ///
    /// # Errors
    /// If `x` has another rank or number of features.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let heads = inside("attention", self.attention.forward(x, None))?;
        let attended = inside("attention_out", self.attention_out.forward(&heads))?;
        self.feed_forward.forward(x, &attended)
    }

    /// Draws the random features again.
    ///
    /// # Errors
    /// If they don't fit into memory.
    pub fn redraw(&mut self, rng: &mut Rng) -> Result<()> {
        inside("attention", self.attention.redraw(rng))
    }
}

unary_layer!([] Performer<T>, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn without_biases_only_the_norms_add_anything() -> Result<()> {
        let config = PerformerConfig::new(6, 2, 8).use_bias(false);
        let block: Performer<f64> = config.init(&mut Rng::seed(1))?;
        let paths: Vec<String> = block.params().into_iter().map(|(path, _)| path).collect();
        let expected = [
            "attention.query.weight",
            "attention.key.weight",
            "attention.value.weight",
            "attention_out.weight",
            "ffn1.weight",
            "ffn2.weight",
            "norm1.gamma",
            "norm1.beta",
            "norm2.gamma",
            "norm2.beta",
        ];
        assert_eq!(paths, expected);
        Ok(())
    }

    #[test]
    fn what_does_not_fit_is_named() -> Result<()> {
        let message = |config: PerformerConfig| {
            let block = config.init::<f32>(&mut Rng::seed(1));
            block.unwrap_err().to_string()
        };
        assert_eq!(
            message(PerformerConfig::new(6, 4, 8)),
            "multi_head_favor_attention: 'attention' nb_heads 4 doesn't divide dim 6; expected a divisor"
        );
        assert!(message(PerformerConfig::new(6, 2, 7)).contains("nb_random_features 7"));
        assert!(
            message(PerformerConfig::new(6, 2, 8).epsilon(-1.0)).contains("'norm1' epsilon is -1")
        );
        let block: Performer<f64> = PerformerConfig::new(6, 2, 8).init(&mut Rng::seed(1))?;
        let x = Tape::inference().input(Tensor::zeros([2, 3, 5]));
        let message = block.forward(&x).unwrap_err().to_string();
        assert!(
            message.contains("'attention.query' expects 6 input channels, got 5"),
            "{message}"
        );
        Ok(())
    }
}
