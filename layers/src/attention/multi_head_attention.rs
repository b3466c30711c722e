//! Multi-head attention.

use super::{attention_dropout, head_mask, mask_argument, merge_heads, split_heads};
use crate::config::defaults::{check_rate, check_size};
use crate::config::{Initializer, to_json};
use crate::projection::{Projection, ProjectionStart};
use crate::{Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::{AttentionMask, AttentionOptions, AttentionParts, Size, Var};
use etude_derive::config;
use etude_tensor::{Error, Float, Result, Rng};
use serde_json::Value;

const WHO: &str = "multi_head_attention";
const SIGNATURE: Signature = Signature::new(
    "MultiHeadAttention",
    &[
        Argument::float("x"),
        Argument::float("xa").optional(),
        Argument::mask("mask").optional(),
    ],
    &["output", "qk", "attention_weights"],
);

/// The configuration of a [`MultiHeadAttention`] layer.
#[config]
pub struct MultiHeadAttentionConfig {
    /// How many heads attend side by side.
    #[required]
    pub n_head: usize,
    /// How many features come out, all heads together; as many as go in if absent.
    pub n_state: Option<usize>,
    /// How many features go in; from the first input if absent.
    pub input_size: Option<usize>,
    /// The share of weights that is dropped in training.
    #[default = 0.0]
    pub dropout: f64,
    /// Whether the four projections have biases.
    #[default = true]
    pub use_bias: bool,
    /// What the weights start from.
    #[default = Initializer::Xavier]
    pub weight_initializer: Initializer,
    /// What the biases start from.
    #[default = Initializer::Zeros]
    pub bias_initializer: Initializer,
    /// Whether the parameters are trained.
    #[default = true]
    pub trainable: bool,
}

impl MultiHeadAttentionConfig {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If a size is 0, `n_head` doesn't divide `n_state`, the dropout rate is outside `[0, 1)`, or an initializer doesn't suit its
    /// parameter.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<MultiHeadAttention<T>> {
        check_size(WHO, "n_head", self.n_head)?;
        check_rate(WHO, "dropout", self.dropout)?;
        let start = ProjectionStart {
            weight: self.weight_initializer,
            bias: self.use_bias.then_some(self.bias_initializer),
            trainable: self.trainable,
        };
        let state = self.n_state.map_or("n_state".into(), Size::from);
        let attention = MultiHeadAttention {
            query: Projection::new(start, ["in".into(), state], rng),
            key: Projection::new(start, ["in".into(), state], rng),
            value: Projection::new(start, ["in".into(), state], rng),
            out: Projection::new(start, [state, state], rng),
            config: self.clone(),
        };
        if let Some(n_state) = self.n_state {
            check_size(WHO, "n_state", n_state)?;
            check_heads(self.n_head, n_state)?;
        }
        if let Some(input_size) = self.input_size {
            check_size(WHO, "input_size", input_size)?;
            let n_state = self.n_state.unwrap_or(input_size);
            check_heads(self.n_head, n_state)?;
            for (path, projection, input_size) in [
                ("query", &attention.query, input_size),
                ("key", &attention.key, input_size),
                ("value", &attention.value, input_size),
                ("out", &attention.out, n_state),
            ] {
                let built = projection.build(input_size, n_state);
                built.map_err(|err| err.in_layer(path))?;
            }
        }
        Ok(attention)
    }
}

fn check_heads(n_head: usize, n_state: usize) -> Result<()> {
    if n_state.is_multiple_of(n_head) {
        return Ok(());
    }
    let message = format!("n_head {n_head} doesn't divide n_state {n_state}; expected a divisor");
    Err(Error::config(WHO, message))
}

/// Multi-head attention (Vaswani et al., *Attention Is All You Need*, 2017):
///
/// ```text
/// Q = x·W_query + b,  K = xa·W_key + b,  V = xa·W_value + b          each in n_head pieces of D = n_state/n_head columns
/// qk[b, h, i, j] = Q_h[b, i]·K_h[b, j]/√D + mask
/// output = concat_h(softmax_j(qk)·V_h)·W_out + b_out
/// ```
///
/// | parameter | shape |
/// |---|---|
/// | `query.weight`, `key.weight`, `value.weight` | `[input_size, n_state]` |
/// | `out.weight` | `[n_state, n_state]` |
/// | `query.bias`, `key.bias`, `value.bias`, `out.bias` | `[n_state]`, absent with `use_bias: false` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::MultiHeadAttentionConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let attention = MultiHeadAttentionConfig::new(8).n_state(64).init(&mut Rng::seed(1))?;
/// let x = Tape::<f32>::inference().input(Tensor::zeros([32, 20, 64]));
/// let parts = attention.forward_with_weights(&x, None, None)?;
/// assert_eq!(parts.output.shape(), [32, 20, 64]);
/// assert_eq!(parts.scores.shape(), [32, 8, 20, 20]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct MultiHeadAttention<T: Float = f32> {
    /// Makes the queries.
    pub query: Projection<T>,
    /// Makes the keys.
    pub key: Projection<T>,
    /// Makes the values.
    pub value: Projection<T>,
    /// Mixes the heads.
    pub out: Projection<T>,
    #[module(skip)]
    config: MultiHeadAttentionConfig,
}

impl<T: Float> MultiHeadAttention<T> {
    /// `x [b, q, input_size]`, which asks, and `xa [b, k, input_size]`, which is looked at (`x` if absent) → `[b, q, n_state]`. The mask is
    /// `[q, k]` or larger, `[b, q, k]` or `[b, n_head, q, k]`, with 1 allowed for `b` and `n_head`: true where a query may see a key, or floats that are
    /// added to the scores.
    ///
    /// Memory is linear in the lengths: neither scores nor weights are ever held as a whole.
    ///
    /// # Errors
    /// If the shapes don't go together, or `n_head` doesn't divide the number of features.
    pub fn forward(
        &self,
        x: &Var<T>,
        xa: Option<&Var<T>>,
        mask: Option<&AttentionMask<T>>,
    ) -> Result<Var<T>> {
        let options = self.options(x, xa, mask)?;
        self.attend(x, xa, options)
    }

    /// [`forward`](MultiHeadAttention::forward) with [`AttentionOptions`] in place of a mask: a causal mask that is no tensor, another scale, dropout
    /// with a key of one's own. Masks in them have the shape of the scores, `[b, n_head, q, k]`, or broadcast to it.
    ///
    /// # Errors
    /// As [`forward`](MultiHeadAttention::forward).
    pub fn attend(
        &self,
        x: &Var<T>,
        xa: Option<&Var<T>>,
        options: AttentionOptions<T>,
    ) -> Result<Var<T>> {
        let heads = self.heads(x, xa)?;
        let options = attention_dropout(options, x.tape(), self.config.dropout)?;
        let output =
            heads
                .query
                .scaled_dot_product_attention(&heads.key, &heads.value, &options)?;
        self.mix(&output, heads.n_state)
    }

    /// [`forward`](MultiHeadAttention::forward) that also gives the scores before the softmax, with the mask (−10⁹ where a boolean one hides a key), and
    /// the weights before dropout, both `[b, n_head, q, k]`.
    ///
    /// # Errors
    /// As [`forward`](MultiHeadAttention::forward).
    pub fn forward_with_weights(
        &self,
        x: &Var<T>,
        xa: Option<&Var<T>>,
        mask: Option<&AttentionMask<T>>,
    ) -> Result<AttentionParts<T>> {
        let options = self.options(x, xa, mask)?;
        let heads = self.heads(x, xa)?;
        let options = attention_dropout(options, x.tape(), self.config.dropout)?;
        let parts = heads
            .query
            .attention_with_weights(&heads.key, &heads.value, &options)?;
        Ok(AttentionParts {
            output: self.mix(&parts.output, heads.n_state)?,
            ..parts
        })
    }

    /// The mask, fitted to the scores.
    fn options(
        &self,
        x: &Var<T>,
        xa: Option<&Var<T>>,
        mask: Option<&AttentionMask<T>>,
    ) -> Result<AttentionOptions<T>> {
        let xa = xa.unwrap_or(x);
        let (Some(mask), &[batch, queries, _], &[_, keys, _]) = (mask, x.shape(), xa.shape())
        else {
            return Ok(AttentionOptions::new());
        };
        let scores = [batch, self.config.n_head, queries, keys];
        Ok(AttentionOptions::new().mask(head_mask(WHO, mask, scores)?))
    }

    /// Queries, keys and values by head.
    fn heads(&self, x: &Var<T>, xa: Option<&Var<T>>) -> Result<Heads<T>> {
        let xa = xa.unwrap_or(x);
        let (&[batch, _, width], &[xa_batch, _, xa_width]) = (x.shape(), xa.shape()) else {
            return Err(misfit(x, xa));
        };
        if batch != xa_batch || width != xa_width {
            return Err(misfit(x, xa));
        }
        let n_head = self.config.n_head;
        let n_state = self.config.n_state.unwrap_or(width);
        check_heads(n_head, n_state)?;
        let project = |path: &str, projection: &Projection<T>, x: &Var<T>| {
            let projected = projection.forward(WHO, x, n_state);
            split_heads(&projected.map_err(|err| err.in_layer(path))?, n_head)
        };
        Ok(Heads {
            query: project("query", &self.query, x)?,
            key: project("key", &self.key, xa)?,
            value: project("value", &self.value, xa)?,
            n_state,
        })
    }

    /// The heads side by side, mixed by the last projection.
    fn mix(&self, heads: &Var<T>, n_state: usize) -> Result<Var<T>> {
        let output = self.out.forward(WHO, &merge_heads(heads)?, n_state);
        output.map_err(|err| err.in_layer("out"))
    }
}

/// What attends to what.
struct Heads<T: Float> {
    query: Var<T>,
    key: Var<T>,
    value: Var<T>,
    n_state: usize,
}

#[cold]
fn misfit<T: Float>(x: &Var<T>, xa: &Var<T>) -> Error {
    let message = format!(
        "x {:?} and xa {:?}; expected x [batch, queries, features] and xa [batch, keys, features] with the same batch and features",
        x.shape(),
        xa.shape()
    );
    Error::shape(WHO, message)
}

impl<T: Float> Layer<T> for MultiHeadAttention<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        let x = args.float("x")?;
        let xa = args.optional_float("xa")?;
        let mask = mask_argument(args, "mask")?;
        if want.iter().all(|&name| name == "output") {
            return Ok(Outputs::one("output", self.forward(x, xa, mask.as_ref())?));
        }
        let parts = self.forward_with_weights(x, xa, mask.as_ref())?;
        Ok(Outputs::one("output", parts.output)
            .with("qk", parts.scores)
            .with("attention_weights", parts.weights))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    fn layer(config: MultiHeadAttentionConfig) -> MultiHeadAttention<f64> {
        config.init(&mut Rng::seed(1)).unwrap()
    }

    fn numbers(shape: &[usize]) -> Tensor<f64> {
        Tensor::randn(shape, &mut Rng::seed(5))
    }

    #[test]
    fn both_ways_give_the_same_output() -> Result<()> {
        let layer = layer(MultiHeadAttentionConfig::new(2).n_state(6).dropout(0.3));
        let run = |weights: bool| {
            let tape = Tape::training(3);
            let (x, xa) = (
                tape.input(numbers(&[2, 3, 4])),
                tape.input(numbers(&[2, 5, 4])),
            );
            let mask = AttentionMask::Bool(
                Tensor::from_slice([1, 5], &[true, false, true, true, false])?
                    .broadcast_to([3, 5])?,
            );
            match weights {
                true => Ok(layer
                    .forward_with_weights(&x, Some(&xa), Some(&mask))?
                    .output),
                false => layer.forward(&x, Some(&xa), Some(&mask)),
            }
        };
        let (a, b) = (run(true)?, run(false)?);
        assert_eq!(a.shape(), [2, 3, 6]);
        let apart = a.tensor().try_sub(b.tensor())?.abs().to_vec();
        assert!(apart.iter().all(|&apart| apart < 1e-14), "{apart:?}");
        Ok(())
    }

    #[test]
    fn a_hidden_key_is_not_looked_at() -> Result<()> {
        let layer = layer(MultiHeadAttentionConfig::new(2));
        let tape = Tape::inference();
        let mut x = numbers(&[1, 3, 4]);
        let mask = AttentionMask::Bool(Tensor::from([
            [true, false, true],
            [false; 3],
            [true, false, true],
        ]));
        let before = layer.forward_with_weights(&tape.input(x.clone()), None, Some(&mask))?;
        assert_eq!(before.weights.tensor().at(&[0, 1, 0, 1])?, 0.0);
        assert_eq!(before.weights.tensor().select(2, 1)?.to_vec(), [0.0; 6]);
        x = x.try_mul(&Tensor::from_slice([3, 1], &[1.0, 100.0, 1.0])?)?;
        let after = layer.forward(&tape.input(x), None, Some(&mask))?;
        assert_eq!(
            before.output.tensor().at(&[0, 0, 0])?,
            after.tensor().at(&[0, 0, 0])?
        );
        Ok(())
    }

    #[test]
    fn wrong_sizes_are_told_what_fits() {
        let message = |config: MultiHeadAttentionConfig| {
            config
                .init::<f32>(&mut Rng::seed(1))
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            message(MultiHeadAttentionConfig::new(3).n_state(8)),
            "multi_head_attention: n_head 3 doesn't divide n_state 8; expected a divisor"
        );
        assert_eq!(
            message(MultiHeadAttentionConfig::new(3).dropout(1.0)),
            "multi_head_attention: dropout is 1; expected a rate from 0 to below 1"
        );
        let tape = Tape::inference();
        let (x, xa) = (
            tape.input(numbers(&[2, 3, 4])),
            tape.input(numbers(&[2, 3, 5])),
        );
        let narrow = layer(MultiHeadAttentionConfig::new(2)).forward(&x, Some(&xa), None);
        assert!(
            narrow
                .unwrap_err()
                .to_string()
                .starts_with("multi_head_attention: x [2, 3, 4] and xa [2, 3, 5]; expected")
        );
        let heads = layer(MultiHeadAttentionConfig::new(3)).forward(&x, None, None);
        assert_eq!(
            heads.unwrap_err().to_string(),
            "multi_head_attention: n_head 3 doesn't divide n_state 4; expected a divisor"
        );
    }
}
