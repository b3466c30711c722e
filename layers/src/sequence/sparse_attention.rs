//! Attention restricted to a pattern.

use super::config::sequence_config;
use super::inputs::key_source;
use super::routing;
use super::start::{inside, per_head};
use super::windowed::{self, Neighbours};
use crate::attention::{merge_heads, split_heads};
use crate::config::names::names;
use crate::config::to_json;
use crate::{Args, Argument, Dense, Layer, Module, Outputs, Signature};
use etude_autograd::{AttentionOptions, Var};
use etude_tensor::{Error, Float, Result, Rng};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const WHO: &str = "sparse_attention";
const SIGNATURE: Signature = Signature::new(
    "SparseAttention",
    &[
        Argument::float("data1"),
        Argument::float("data2").optional(),
    ],
    &["output", "attention_weights"],
);

names! {
    /// Which keys a query sees in a [`SparseAttention`].
    pub enum MaskMode("mask_mode") {
        /// Those at most `window_size` positions away.
        LocalWindow = "local_window",
        /// Those of its block of `block_size` positions.
        Block = "block",
        /// The `top_k` that its head scores highest.
        Routing = "routing",
    }
}

/// What the mode of a [`SparseAttention`] needs: each mode one of them, and none of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaskParams {
    /// For [`MaskMode::LocalWindow`]: how far a query sees to each side, 0 or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_size: Option<usize>,
    /// For [`MaskMode::Block`]: how many positions a block has, 1 or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block_size: Option<usize>,
    /// For [`MaskMode::Routing`]: how many keys a query sees, 1 or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_k: Option<usize>,
}

sequence_config! {
    /// The configuration of a [`SparseAttention`].
    pub struct SparseAttentionConfig {
        ..projected_heads,
        /// The pattern; every key is seen if absent.
        pub mask_mode: Option<MaskMode>,
        /// What the pattern needs.
        #[default = MaskParams::default()]
        pub mask_params: MaskParams,
        ..weights,
    }
}

/// The pattern, with what it needs.
#[derive(Clone, Copy, Debug)]
enum Pattern {
    Everything,
    Near(Neighbours),
    Routing(usize),
}

impl SparseAttentionConfig {
    /// With queries that see the keys at most `window_size` positions away.
    #[must_use]
    pub fn local_window(self, window_size: usize) -> Self {
        self.mask_mode(MaskMode::LocalWindow)
            .mask_params(MaskParams {
                window_size: Some(window_size),
                ..MaskParams::default()
            })
    }

    /// With queries that see the keys of their block of `block_size` positions.
    #[must_use]
    pub fn block(self, block_size: usize) -> Self {
        self.mask_mode(MaskMode::Block).mask_params(MaskParams {
            block_size: Some(block_size),
            ..MaskParams::default()
        })
    }

    /// With queries that see the `top_k` keys that their head scores highest.
    #[must_use]
    pub fn routing(self, top_k: usize) -> Self {
        self.mask_mode(MaskMode::Routing).mask_params(MaskParams {
            top_k: Some(top_k),
            ..MaskParams::default()
        })
    }

    /// The layer, its weights seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If a size is 0, the heads don't divide `output_size`, the mode's parameter is missing, out of range or of another mode, or the
    /// initializer doesn't suit the weights.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<SparseAttention<T>> {
        let heads = ("num_heads", self.num_heads);
        per_head(WHO, ("output_size", self.output_size), heads)?;
        let start = self.start();
        let dense = |rng: &mut Rng| start.product(self.input_size, self.output_size, rng);
        Ok(SparseAttention {
            pattern: self.pattern()?,
            query: dense(rng)?,
            key: dense(rng)?,
            value: dense(rng)?,
            config: self.clone(),
        })
    }

    fn pattern(&self) -> Result<Pattern> {
        let MaskParams {
            window_size,
            block_size,
            top_k,
        } = self.mask_params;
        let given = [
            ("window_size", window_size),
            ("block_size", block_size),
            ("top_k", top_k),
        ];
        let (mode, needed, least) = match self.mask_mode {
            None => ("without a mask_mode", "", 0),
            Some(MaskMode::LocalWindow) => ("mask_mode 'local_window'", "window_size", 0),
            Some(MaskMode::Block) => ("mask_mode 'block'", "block_size", 1),
            Some(MaskMode::Routing) => ("mask_mode 'routing'", "top_k", 1),
        };
        let mut value = None;
        for (name, number) in given {
            match number {
                Some(number) if name == needed && number >= least => value = Some(number),
                Some(number) if name == needed => {
                    let message = format!("{name} is {number}; expected {least} or more");
                    return Err(Error::config(WHO, message));
                }
                Some(_) => {
                    let message = format!("mask_params has {name}, which {mode} doesn't take");
                    return Err(Error::config(WHO, message));
                }
                None => {}
            }
        }
        match (self.mask_mode, value) {
            (None, _) => Ok(Pattern::Everything),
            (Some(MaskMode::LocalWindow), Some(reach)) => {
                Ok(Pattern::Near(Neighbours::Within(reach)))
            }
            (Some(MaskMode::Block), Some(size)) => Ok(Pattern::Near(Neighbours::Block(size))),
            (Some(MaskMode::Routing), Some(count)) => Ok(Pattern::Routing(count)),
            (Some(_), None) => {
                let message = format!("{mode} needs {needed} in mask_params");
                Err(Error::config(WHO, message))
            }
        }
    }
}

/// Multi-head attention restricted to a pattern (local windows and blocks: Child et al., *Generating Long Sequences with Sparse
/// Transformers*, 2019), without biases and without an output projection:
///
/// ```text
/// q = heads of data1 · query.weight;   k, v = heads of data2 · key.weight, data2 · value.weight
/// attention_weights[a,i,:] = softmax of (q_i · k_j / √d) over the j that i may attend to, and 0 for the others
/// output                   = heads of attention_weights · v
/// ```
///
/// | `mask_mode` | `mask_params` | `i` may attend to `j` when | the output alone costs |
/// |---|---|---|---|
/// | absent | | always | `S1·S2` time |
/// | `local_window` | `window_size` | `∣i − j∣ ≤ window_size` | time and memory `S1·(2·window_size + 1)` |
/// | `block` | `block_size` | `⌊i/block_size⌋ = ⌊j/block_size⌋` | time and memory `S1·block_size` |
/// | `routing` | `top_k` | `q_i·k_j` is among the `top_k` largest of its row; ties go to the smaller `j` | `S1·S2` time to find them, then `S1·top_k` |
///
/// The choice of keys is a constant for the gradient. Positions of both sequences are counted from their start; a query without keys
/// gives 0.
///
/// | parameter | shape |
/// |---|---|
/// | `query.weight`, `key.weight`, `value.weight` | `[in, out]` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::SparseAttentionConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let config = SparseAttentionConfig::new(32, 4).input_size(16).local_window(3);
/// let sparse_attn = config.init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let input_data = tape.input(Tensor::zeros([64, 10, 16]));
/// let (output_data, attention_weights) = sparse_attn.forward_with_weights(&input_data, None)?;
/// assert_eq!(output_data.shape(), [64, 10, 32]);
/// assert_eq!(attention_weights.shape(), [64, 4, 10, 10]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct SparseAttention<T: Float = f32> {
    /// Makes the queries.
    pub query: Dense<T>,
    /// Makes the keys.
    pub key: Dense<T>,
    /// Makes the values.
    pub value: Dense<T>,
    #[module(skip)]
    pattern: Pattern,
    #[module(skip)]
    config: SparseAttentionConfig,
}

impl<T: Float> SparseAttention<T> {
    /// `data1 [batch, S1, in]`, which asks, and `data2 [batch, S2, in]`, which is looked at (`data1` if absent) → `[batch, S1, out]`.
    ///
    /// # Errors
    /// If an input has another rank or number of features, or the batches differ.
    pub fn forward(&self, data1: &Var<T>, data2: Option<&Var<T>>) -> Result<Var<T>> {
        let [q, k, v] = self.heads(data1, data2)?;
        let attended = match self.pattern {
            Pattern::Everything => {
                q.scaled_dot_product_attention(&k, &v, &AttentionOptions::new())?
            }
            Pattern::Near(neighbours) => windowed::attend(&q, &k, &v, neighbours, &[])?,
            Pattern::Routing(count) => routing::attend(&q, &k, &v, count)?.output,
        };
        merge_heads(&attended)
    }

    /// [`forward`](SparseAttention::forward) and the weights, `[batch, num_heads, S1, S2]`, for whose size it takes time and memory.
    ///
    /// # Errors
    /// As [`forward`](SparseAttention::forward).
    pub fn forward_with_weights(
        &self,
        data1: &Var<T>,
        data2: Option<&Var<T>>,
    ) -> Result<(Var<T>, Var<T>)> {
        let [q, k, v] = self.heads(data1, data2)?;
        let (queries, keys) = (q.shape()[2], k.shape()[2]);
        let options = match self.pattern {
            Pattern::Everything => AttentionOptions::new(),
            Pattern::Near(neighbours) => {
                AttentionOptions::new().mask(neighbours.mask(queries, keys)?)
            }
            Pattern::Routing(count) => {
                let routed = routing::attend(&q, &k, &v, count)?;
                return Ok((merge_heads(&routed.output)?, routed.weights(keys)?));
            }
        };
        let parts = q.attention_with_weights(&k, &v, &options)?;
        Ok((merge_heads(&parts.output)?, parts.weights))
    }

    /// Queries, keys and values by head.
    fn heads(&self, data1: &Var<T>, data2: Option<&Var<T>>) -> Result<[Var<T>; 3]> {
        let data2 = key_source(WHO, data1, data2)?;
        let heads = |name: &str, dense: &Dense<T>, x: &Var<T>| {
            split_heads(&inside(name, dense.forward(x))?, self.config.num_heads)
        };
        Ok([
            heads("query", &self.query, data1)?,
            heads("key", &self.key, data2)?,
            heads("value", &self.value, data2)?,
        ])
    }
}

impl<T: Float> Layer<T> for SparseAttention<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        let (data1, data2) = (args.float("data1")?, args.optional_float("data2")?);
        if !want.contains(&"attention_weights") {
            return Ok(Outputs::one("output", self.forward(data1, data2)?));
        }
        let (output, weights) = self.forward_with_weights(data1, data2)?;
        Ok(Outputs::one("output", output).with("attention_weights", weights))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;
    use serde_json::json;

    fn numbers(shape: &[usize], seed: u64) -> Tensor<f64> {
        Tensor::normal(shape, 0.0, 1.0, &mut Rng::seed(seed)).unwrap()
    }

    fn config() -> SparseAttentionConfig {
        SparseAttentionConfig::new(6, 2).input_size(4)
    }

    #[test]
    fn the_output_alone_is_that_with_weights() -> Result<()> {
        for config in [
            config(),
            config().local_window(2),
            config().block(7),
            config().routing(3),
            config().routing(100),
        ] {
            let layer: SparseAttention<f64> = config.init(&mut Rng::seed(1))?;
            for keys in [40, 25, 0] {
                let run = |weights: bool| -> Result<[Tensor<f64>; 4]> {
                    let tape = Tape::new();
                    let (a, b) = (
                        tape.var(numbers(&[2, 40, 4], 2)),
                        tape.var(numbers(&[2, keys, 4], 3)),
                    );
                    let output = match weights {
                        true => layer.forward_with_weights(&a, Some(&b))?.0,
                        false => layer.forward(&a, Some(&b))?,
                    };
                    let value = output.tensor().clone();
                    let cotangent = tape.input(numbers(&[2, 40, 6], 4));
                    let gradients = output.try_mul(&cotangent)?.sum(..)?.backward()?;
                    let weight = gradients.param(&layer.query.weight).unwrap().clone();
                    Ok([value, gradients.get(&a)?, gradients.get(&b)?, weight])
                };
                for (a, b) in run(true)?.iter().zip(&run(false)?) {
                    let apart = a.try_sub(b)?.abs().to_vec();
                    let apart = apart.into_iter().fold(0.0, f64::max);
                    assert!(apart < 1e-12, "{:?}: {apart}", layer.pattern);
                }
            }
        }
        Ok(())
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let message = |config: SparseAttentionConfig| {
            let layer = config.init::<f32>(&mut Rng::seed(1));
            layer.unwrap_err().to_string()
        };
        assert_eq!(
            message(config().block(0)),
            "sparse_attention: block_size is 0; expected 1 or more"
        );
        assert_eq!(
            message(config().mask_mode(MaskMode::Routing)),
            "sparse_attention: mask_mode 'routing' needs top_k in mask_params"
        );
        assert_eq!(
            message(config().block(3).mask_mode(MaskMode::LocalWindow)),
            "sparse_attention: mask_params has block_size, which mask_mode 'local_window' doesn't take"
        );
        let unknown = json!({"output_size": 6, "num_heads": 2, "mask_mode": "global"});
        let unknown = crate::read_config::<SparseAttentionConfig>(WHO, &unknown);
        let unknown = unknown.unwrap_err().to_string();
        assert!(
            unknown.contains("one of local_window, block, routing"),
            "{unknown}"
        );
    }
}
