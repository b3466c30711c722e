//! What a block does behind its attention.

use super::start::{Start, inside};
use crate::config::Activation;
use crate::{Dense, LayerNorm, Module};
use etude_autograd::Var;
use etude_tensor::{Float, Result, Rng};

/// The part of a [`Performer`](crate::Performer) and a [`Longformer`](crate::Longformer) behind the attention: a residual, a feed-forward
/// network, and another one, normalised after each.
///
/// ```text
/// y      = LN(norm1)(x + attended)
/// output = LN(norm2)(y + Dense(ffn2)(activation(Dense(ffn1)(y))))
/// ```
#[derive(Clone, Debug, Module)]
pub struct FeedForward<T: Float = f32> {
    /// The first layer of the feed-forward network, with the activation.
    pub ffn1: Dense<T>,
    /// The second.
    pub ffn2: Dense<T>,
    /// After the attention.
    pub norm1: LayerNorm<T>,
    /// After the feed-forward network.
    pub norm2: LayerNorm<T>,
}

impl<T: Float> FeedForward<T> {
    /// For `dim` features, of which the network makes four times as many.
    pub(super) fn new(
        start: Start,
        dim: usize,
        activation: Option<Activation>,
        use_bias: bool,
        epsilon: f64,
        rng: &mut Rng,
    ) -> Result<Self> {
        let wide = dim.saturating_mul(4);
        let dense = |from: usize, to: usize| {
            let config = start.dense(to).use_bias(use_bias);
            config.input_size(from)
        };
        let mut ffn1 = dense(dim, wide);
        ffn1.activation = activation;
        Ok(FeedForward {
            ffn1: inside("ffn1", ffn1.init(rng))?,
            ffn2: inside("ffn2", dense(wide, dim).init(rng))?,
            norm1: inside("norm1", start.norm(dim, epsilon, rng))?,
            norm2: inside("norm2", start.norm(dim, epsilon, rng))?,
        })
    }

    /// `x` and what the attention makes of it, both `[batch, positions, dim]` → the same shape.
    pub(super) fn forward(&self, x: &Var<T>, attended: &Var<T>) -> Result<Var<T>> {
        let y = inside("norm1", self.norm1.forward(&x.try_add(attended)?))?;
        let hidden = inside("ffn1", self.ffn1.forward(&y))?;
        let fed = inside("ffn2", self.ffn2.forward(&hidden))?;
        inside("norm2", self.norm2.forward(&y.try_add(&fed)?))
    }
}
