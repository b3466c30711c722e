//! The Longformer block.

use super::config::sequence_config;
use super::feed_forward::FeedForward;
use super::global::GlobalAttention;
use super::start::{inside, per_head};
use crate::config::defaults::check_size;
use crate::unary::unary_layer;
use crate::{Argument, Module, Signature};
use etude_autograd::Var;
use etude_tensor::{Float, Result, Rng};

const WHO: &str = "longformer";
const SIGNATURE: Signature = Signature::new("Longformer", &[Argument::float("x")], &["output"]);

sequence_config! {
    /// The configuration of a [`Longformer`] block.
    pub struct LongformerConfig {
        ..heads,
        /// How far a position sees to each side, 1 or more.
        #[required]
        pub window_size: usize,
        /// Positions that see all others and are seen by them, from 0. Order and repetition don't matter.
        #[default = Vec::new()]
        pub global_tokens: Vec<usize>,
        ..feed_forward_activation,
        ..norm_epsilon,
        ..weights_and_biases,
    }
}

impl LongformerConfig {
    /// The block, its parameters drawn from `rng`.
    ///
    /// # Errors
    /// If a size or the window is 0, the heads don't divide `dim`, epsilon is negative, or an initializer doesn't suit its parameter.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<Longformer<T>> {
        let dim = self.dim;
        per_head(WHO, ("dim", dim), ("num_heads", self.num_heads))?;
        check_size(WHO, "window_size", self.window_size)?;
        let start = self.start();
        let mut global = self.global_tokens.clone();
        global.sort_unstable();
        global.dedup();
        Ok(Longformer {
            attention: GlobalAttention::new(
                start,
                dim,
                self.num_heads,
                self.window_size,
                global,
                rng,
            )?,
            feed_forward: FeedForward::new(start, dim, self.activation, true, self.epsilon, rng)?,
            config: self.clone(),
        })
    }
}

/// A block around attention to a window and to global positions (Beltagy, Peters and Cohan, *Longformer*, 2020):
///
/// ```text
/// i may attend to j   when |i − j| ≤ window_size, or i in G, or j in G
/// attention(x)  = Dense(attention.out)(heads of softmax over j of (q_i · k_j / √d), times v)
/// y             = LN(norm1)(x + attention(x))
/// output        = LN(norm2)(y + Dense(ffn2)(activation(Dense(ffn1)(y))))
/// ```
///
/// with the global positions `G`, heads that project their own slice of `x`, and the layer normalisation `LN` over the features. Time and
/// memory are linear in the length, in proportion to `window_size` plus the number of global positions.
///
/// | parameter | shape |
/// |---|---|
/// | `attention.query.weight`, `attention.key.weight`, `attention.value.weight` | `[h, d, d]` |
/// | `attention.query.bias`, `attention.key.bias`, `attention.value.bias` | `[h, d]` |
/// | `attention.out.weight`, `attention.out.bias` | `[dim, dim]`, `[dim]` |
/// | `ffn1.weight`, `ffn1.bias` | `[dim, 4·dim]`, `[4·dim]` |
/// | `ffn2.weight`, `ffn2.bias` | `[4·dim, dim]`, `[dim]` |
/// | `norm1.gamma`, `norm1.beta`, `norm2.gamma`, `norm2.beta` | `[dim]` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::LongformerConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let longformer = LongformerConfig::new(64, 4, 8).global_tokens([0, 9]).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let output = longformer.forward(&tape.input(Tensor::zeros([32, 20, 64])))?;
/// assert_eq!(output.shape(), [32, 20, 64]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct Longformer<T: Float = f32> {
    /// The attention.
    pub attention: GlobalAttention<T>,
    /// What follows it.
    #[module(flatten)]
    pub feed_forward: FeedForward<T>,
    #[module(skip)]
    config: LongformerConfig,
}

impl<T: Float> Longformer<T> {
    /// `x [batch, positions, dim]` → the same shape.
    ///
    /// # Errors
    /// If `x` has another rank or number of features, or fewer positions than a global one needs.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let attended = inside("attention", self.attention.forward(WHO, x))?;
        self.feed_forward.forward(x, &attended)
    }
}

unary_layer!([] Longformer<T>, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn what_does_not_fit_is_named() {
        let config = LongformerConfig::new(6, 2, 1).global_tokens([5, 2, 5]);
        let layer: Longformer<f64> = config.init(&mut Rng::seed(1)).unwrap();
        let tape = Tape::inference();
        let message = |shape: &[usize]| {
            let x = tape.input(Tensor::zeros(shape));
            layer.forward(&x).unwrap_err().to_string()
        };
        assert_eq!(
            message(&[2, 5, 6]),
            "longformer: 'attention' has the global position 5, but an input of shape [2, 5, 6] has positions below 5"
        );
        assert!(message(&[2, 7, 5]).contains("expects an input [batch, positions, 6]"));
        let none = LongformerConfig::new(6, 2, 0).init::<f32>(&mut Rng::seed(1));
        assert_eq!(
            none.unwrap_err().to_string(),
            "longformer: window_size is 0; expected 1 or more"
        );
        let json =
            serde_json::json!({"dim": 6, "num_heads": 2, "window_size": 1, "global_tokens": [-1]});
        let negative = crate::read_config::<LongformerConfig>(WHO, &json).unwrap_err();
        assert!(
            negative.to_string().contains("global_tokens [-1]"),
            "{negative}"
        );
    }
}
