//! Multi-head self-attention without an output projection.

use super::config::sequence_config;
use super::inputs::sequence;
use super::start::{inside, per_head};
use crate::attention::{merge_heads, split_heads};
use crate::config::to_json;
use crate::{Args, Argument, Dense, Layer, Module, Outputs, Signature};
use etude_autograd::{AttentionOptions, Var};
use etude_tensor::{Error, Float, Result, Rng, Shape, Tensor};
use serde_json::Value;

const WHO: &str = "self_attention";
const SIGNATURE: Signature = Signature::new(
    "SelfAttention",
    &[Argument::float("x"), Argument::bools("mask").optional()],
    &["output", "attention_weights"],
);

sequence_config! {
    /// The configuration of a [`SelfAttention`].
    pub struct SelfAttentionConfig {
        ..projected_heads,
        ..weights,
    }
}

impl SelfAttentionConfig {
    /// The layer, its weights seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If a size is 0, the heads don't divide `output_size`, or the initializer doesn't suit the weights.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<SelfAttention<T>> {
        let heads = ("num_heads", self.num_heads);
        per_head(WHO, ("output_size", self.output_size), heads)?;
        let start = self.start();
        let dense = |rng: &mut Rng| start.product(self.input_size, self.output_size, rng);
        Ok(SelfAttention {
            query: dense(rng)?,
            key: dense(rng)?,
            value: dense(rng)?,
            config: self.clone(),
        })
    }
}

/// Multi-head self-attention without biases and without an output projection:
///
/// ```text
/// q, k, v                  = heads of x · query.weight, x · key.weight, x · value.weight
/// attention_weights[a,i,:] = softmax over j of (q_i · k_j / √d), masked
/// output                   = heads of attention_weights · v
/// ```
///
/// with `d = output_size / num_heads`.
///
/// | parameter | shape |
/// |---|---|
/// | `query.weight`, `key.weight`, `value.weight` | `[in, out]` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::SelfAttentionConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let self_attn = SelfAttentionConfig::new(64, 4).input_size(16).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let input_data = tape.input(Tensor::zeros([64, 10, 16]));
/// let (output_data, attention_weights) = self_attn.forward_with_weights(&input_data, None)?;
/// assert_eq!(output_data.shape(), [64, 10, 64]);
/// assert_eq!(attention_weights.shape(), [64, 4, 10, 10]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct SelfAttention<T: Float = f32> {
    /// Makes the queries.
    pub query: Dense<T>,
    /// Makes the keys.
    pub key: Dense<T>,
    /// Makes the values.
    pub value: Dense<T>,
    #[module(skip)]
    config: SelfAttentionConfig,
}

impl<T: Float> SelfAttention<T> {
    /// `x [batch, positions, in]` → `[batch, positions, out]`. The mask, true where a query may see a key, broadcasts to
    /// `[batch, num_heads, positions, positions]`.
    ///
    /// # Errors
    /// If `x` has another rank or number of features, or the mask doesn't broadcast.
    pub fn forward(&self, x: &Var<T>, mask: Option<&Tensor<bool>>) -> Result<Var<T>> {
        let [q, k, v] = self.heads(x)?;
        let options = self.options(x, mask)?;
        merge_heads(&q.scaled_dot_product_attention(&k, &v, &options)?)
    }

    /// [`forward`](SelfAttention::forward) and the weights, `[batch, num_heads, positions, positions]`.
    ///
    /// # Errors
    /// As [`forward`](SelfAttention::forward).
    pub fn forward_with_weights(
        &self,
        x: &Var<T>,
        mask: Option<&Tensor<bool>>,
    ) -> Result<(Var<T>, Var<T>)> {
        let [q, k, v] = self.heads(x)?;
        let parts = q.attention_with_weights(&k, &v, &self.options(x, mask)?)?;
        Ok((merge_heads(&parts.output)?, parts.weights))
    }

    /// Queries, keys and values by head.
    fn heads(&self, x: &Var<T>) -> Result<[Var<T>; 3]> {
        sequence(WHO, "x", x)?;
        let heads = |name: &str, dense: &Dense<T>| {
            split_heads(&inside(name, dense.forward(x))?, self.config.num_heads)
        };
        Ok([
            heads("query", &self.query)?,
            heads("key", &self.key)?,
            heads("value", &self.value)?,
        ])
    }

    fn options(&self, x: &Var<T>, mask: Option<&Tensor<bool>>) -> Result<AttentionOptions<T>> {
        let Some(mask) = mask else {
            return Ok(AttentionOptions::new());
        };
        let [batch, positions, _] = sequence(WHO, "x", x)?;
        let scores = Shape::from([batch, self.config.num_heads, positions, positions]);
        let both = Shape::broadcast(WHO, mask.shape(), &scores);
        if !both.is_ok_and(|both| both == scores) {
            let message = format!(
                "a mask of shape {:?} for an input {:?}; expected one that broadcasts to {scores:?}",
                mask.shape(),
                x.shape()
            );
            return Err(Error::shape(WHO, message));
        }
        Ok(AttentionOptions::new().mask(mask.clone()))
    }
}

impl<T: Float> Layer<T> for SelfAttention<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        let x = args.float("x")?;
        let mask = args.get("mask").map(|_| args.bools("mask")).transpose()?;
        if !want.contains(&"attention_weights") {
            return Ok(Outputs::one("output", self.forward(x, mask)?));
        }
        let (output, weights) = self.forward_with_weights(x, mask)?;
        Ok(Outputs::one("output", output).with("attention_weights", weights))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;

    fn layer() -> SelfAttention<f64> {
        let config = SelfAttentionConfig::new(6, 2);
        config.init(&mut Rng::seed(1)).unwrap()
    }

    fn numbers(shape: &[usize]) -> Tensor<f64> {
        Tensor::normal(shape, 0.0, 1.0, &mut Rng::seed(2)).unwrap()
    }

    #[test]
    fn both_ways_agree_and_a_query_without_keys_gives_0() -> Result<()> {
        let tape = Tape::inference();
        let x = tape.input(numbers(&[2, 3, 4]));
        let mask = Tensor::from([[true, true, false], [false; 3], [true, false, true]]);
        let layer = layer();
        let (output, weights) = layer.forward_with_weights(&x, Some(&mask))?;
        let alone = layer.forward(&x, Some(&mask))?;
        let apart = output.try_sub(&alone)?.abs()?.max(..)?.item()?;
        assert!(apart < 1e-14, "{apart}");
        assert_eq!(output.tensor().select(1, 1)?.to_vec(), [0.0; 12]);
        assert_eq!(weights.tensor().select(2, 1)?.to_vec(), [0.0; 12]);
        assert_eq!(weights.tensor().at(&[0, 0, 0, 2])?, 0.0);
        let sums = weights.tensor().select(2, 0)?.sum(-1)?.to_vec();
        assert!(sums.iter().all(|sum| (sum - 1.0).abs() < 1e-15));
        Ok(())
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let odd = SelfAttentionConfig::new(6, 4).init::<f32>(&mut Rng::seed(1));
        assert_eq!(
            odd.unwrap_err().to_string(),
            "self_attention: num_heads 4 doesn't divide output_size 6; expected a divisor"
        );
        let tape = Tape::inference();
        let x = tape.input(numbers(&[2, 3, 4]));
        let mask = Tensor::full([3, 3, 3, 3], true);
        let message = layer().forward(&x, Some(&mask)).unwrap_err().to_string();
        assert_eq!(
            message,
            "self_attention: a mask of shape [3, 3, 3, 3] for an input [2, 3, 4]; expected one that broadcasts to [2, 2, 3, 3]"
        );
        let flat = tape.input(numbers(&[2, 4]));
        let message = layer().forward(&flat, None).unwrap_err().to_string();
        assert!(message.contains("x has shape [2, 4]; expected [batch, positions, features]"));
    }
}
