//! Attention whose heads are mixed before and after the softmax.

use super::mask_argument;
use super::places::Places;
use crate::config::defaults::{check_rate, check_size};
use crate::config::{Initializer, Ints, to_json};
use crate::parameters::{made_for, param};
use crate::regularization::drop;
use crate::{Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::{AttentionMask, Param, Var};
use etude_derive::config;
use etude_tensor::{Error, Float, Result, Rng};
use serde_json::Value;
use std::sync::OnceLock;

const WHO: &str = "talking_heads_attention";
const SIGNATURE: Signature = Signature::new(
    "TalkingHeadsAttention",
    &[
        Argument::float("query_tensor"),
        Argument::float("key_tensor"),
        Argument::float("value_tensor"),
        Argument::mask("attention_mask").optional(),
    ],
    &["attention_output", "attention_scores"],
);

/// The configuration of a [`TalkingHeadsAttention`] layer.
#[config]
pub struct TalkingHeadsAttentionConfig {
    /// The rank of query, key and value; that of the first query if absent.
    pub qkv_rank: Option<usize>,
    /// The axes along which is attended, from 1 on; all between the first and the last two if absent.
    pub attention_axes: Option<Ints>,
    /// How many heads there are; from the first input if absent.
    pub num_heads: Option<usize>,
    /// The share of the weights of values that is dropped in training.
    #[default = 0.0]
    pub dropout_rate: f64,
    /// What the two matrices start from.
    #[default = Initializer::Xavier]
    pub initializer: Initializer,
    /// Whether the parameters are trained.
    #[default = true]
    pub trainable: bool,
}

impl TalkingHeadsAttentionConfig {
    /// The layer, its parameters seeded from `rng`; without `num_heads` they are drawn at the first call.
    ///
    /// # Errors
    /// If `qkv_rank` is below 4, an attention axis is out of range or named twice, a size is 0, or the dropout rate is outside `[0, 1)`.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<TalkingHeadsAttention<T>> {
        check_rate(WHO, "dropout_rate", self.dropout_rate)?;
        let square = ["heads".into(), "heads".into()];
        let layer = TalkingHeadsAttention {
            pre_softmax_weight: param(self.initializer, &square, self.trainable, rng),
            post_softmax_weight: param(self.initializer, &square, self.trainable, rng),
            rank: OnceLock::new(),
            config: self.clone(),
        };
        if let Some(rank) = self.qkv_rank {
            layer.check_axes(rank)?;
        }
        if let Some(num_heads) = self.num_heads {
            check_size(WHO, "num_heads", num_heads)?;
            layer.make(num_heads)?;
        }
        Ok(layer)
    }
}

/// Talking-heads attention (Shazeer et al., *Talking-Heads Attention*, 2020): the heads exchange their scores before the softmax,
/// and their weights after it. With `N` heads, T and S the attention axes of query and key, and B the other leading axes:
///
/// ```text
/// s[B, n, t, u] = Σ_d query[B, t, n, d]·key[B, u, n, d]/√d
/// s'[B, m, t, u] = Σ_n s[B, n, t, u]·pre_softmax_weight[n, m]
/// p = softmax of s' + (1 − mask)·(−10⁹) over all axes S together, exactly 0 where the mask is 0
/// attention_scores[B, m, t, u] = Σ_n p[B, n, t, u]·post_softmax_weight[n, m]
/// attention_output[B, t, m, e] = Σ_u attention_scores[B, m, t, u]·value[B, u, m, e]
/// ```
///
/// | parameter | shape |
/// |---|---|
/// | `pre_softmax_weight`, `post_softmax_weight` | `[N, N]` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::{Ints, TalkingHeadsAttentionConfig};
/// use etude_tensor::{Rng, Tensor};
///
/// let config = TalkingHeadsAttentionConfig::new().qkv_rank(4).attention_axes([1]).dropout_rate(0.1);
/// let attention = config.init(&mut Rng::seed(1))?;
/// let x = Tape::<f32>::inference().input(Tensor::zeros([32, 64, 8, 128]));
/// let talk = attention.forward(&x, &x, &x, None)?;
/// assert_eq!(talk.output.shape(), [32, 64, 8, 128]);
/// assert_eq!(talk.scores.shape(), [32, 8, 64, 64]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct TalkingHeadsAttention<T: Float = f32> {
    /// Mixes the heads' scores, `[N, N]`.
    pub pre_softmax_weight: Param<T>,
    /// Mixes the heads' weights, `[N, N]`.
    pub post_softmax_weight: Param<T>,
    /// The rank of the first query.
    #[module(skip)]
    rank: OnceLock<usize>,
    #[module(skip)]
    config: TalkingHeadsAttentionConfig,
}

/// What [`TalkingHeadsAttention::forward`] returns.
#[derive(Clone, Debug)]
pub struct Talk<T: Float = f32> {
    /// `attention_output [B…, T…, N, e]`.
    pub output: Var<T>,
    /// `attention_scores [B…, N, T…, S…]`.
    pub scores: Var<T>,
}

impl<T: Float> TalkingHeadsAttention<T> {
    /// `query [B…, T…, N, d]`, `key [B…, S…, N, d]`, `value [B…, S…, N, e]`, the attention axes where the configuration says, and a mask that
    /// broadcasts to the scores `[B…, N, T…, S…]`, 1 or true where attention is allowed. A mask of lower rank first gets axes of size 1
    /// before those of T and S.
    ///
    /// # Errors
    /// If the shapes don't go together.
    pub fn forward(
        &self,
        query: &Var<T>,
        key: &Var<T>,
        value: &Var<T>,
        mask: Option<&AttentionMask<T>>,
    ) -> Result<Talk<T>> {
        self.check_axes(query.rank())?;
        let places = Places::new(WHO, self.axes(query.rank()), query, key, value)?;
        check_heads(&self.pre_softmax_weight, places.heads)?;
        let mask = mask.map(|mask| places.mask(WHO, mask)).transpose()?;
        self.make(places.heads)?;
        let _ = self.rank.set(query.rank());
        let [heads, queries, keys] = [places.heads, places.queries, places.keys];
        let (query, key, value) = (
            places.heads_first(query, queries)?,
            places.heads_first(key, keys)?,
            places.heads_first(value, keys)?,
        );
        let depth = query.shape()[3].max(1) as f64;
        let scores = query
            .mul_scalar(1.0 / depth.sqrt())?
            .matmul(&key.transpose(-2, -1)?)?;
        let mut scores = self.mix(&scores, &self.pre_softmax_weight)?;
        let weights = match mask {
            None => scores.softmax(-1)?,
            Some((added, visible)) => {
                if let Some(added) = added {
                    scores = scores.try_add(&added)?;
                }
                scores.masked_softmax(&visible, -1)?
            }
        };
        let scores = self.mix(&weights, &self.post_softmax_weight)?;
        let kept = drop(&scores, self.config.dropout_rate, scores.shape(), None)?;
        Ok(Talk {
            output: places.heads_last(&kept.matmul(&value)?)?,
            scores: scores.reshape(places.scores_shape(heads))?,
        })
    }

    /// `Σ_n x[b, n, t, u]·weight[n, m]`.
    fn mix(&self, x: &Var<T>, weight: &Param<T>) -> Result<Var<T>> {
        let [batch, heads, queries, keys] = x.shape() else {
            unreachable!("scores have four axes");
        };
        let flat = x.reshape([*batch, *heads, queries * keys])?;
        let weight = x.tape().param(weight)?.transpose(0, 1)?;
        weight
            .matmul(&flat)?
            .reshape([*batch, *heads, *queries, *keys])
    }

    /// The attention axes of tensors of this rank, which has been checked.
    fn axes(&self, rank: usize) -> Vec<usize> {
        match &self.config.attention_axes {
            Some(axes) => axes.as_slice().to_vec(),
            None => (1..rank - 2).collect(),
        }
    }

    /// Refuses a rank that tensors here can't have, and one that hasn't the attention axes.
    fn check_axes(&self, rank: usize) -> Result<()> {
        let qkv_rank = self.config.qkv_rank.or(self.rank.get().copied());
        if rank != qkv_rank.unwrap_or(rank) || rank < 4 {
            let message = match qkv_rank {
                Some(qkv_rank) => format!(
                    "a query of rank {rank} with qkv_rank {qkv_rank}; expected both alike, 4 or more"
                ),
                None => format!(
                    "a query of rank {rank}; expected [batch, positions…, heads, d] of rank 4 or more"
                ),
            };
            return Err(Error::shape(WHO, message));
        }
        let Some(given) = &self.config.attention_axes else {
            return Ok(());
        };
        let axes = given.as_slice();
        for (i, axis) in axes.iter().enumerate() {
            if !(1..rank - 2).contains(axis) || axes[..i].contains(axis) {
                let message = format!(
                    "attention_axes {given} for rank {rank}; expected different axes from 1 to {}",
                    rank - 3
                );
                return Err(Error::config(WHO, message));
            }
        }
        Ok(())
    }

    /// Draws the parameters, if they aren't there.
    fn make(&self, heads: usize) -> Result<()> {
        for (path, weight) in [
            ("pre_softmax_weight", &self.pre_softmax_weight),
            ("post_softmax_weight", &self.post_softmax_weight),
        ] {
            weight
                .build(&[heads, heads])
                .map_err(|err| err.in_layer(path))?;
        }
        Ok(())
    }
}

fn check_heads<T: Float>(weight: &Param<T>, heads: usize) -> Result<()> {
    match made_for(weight, 0) {
        Some(expected) if expected != heads => {
            let message = format!(
                "got {heads} heads; expected {expected}, for which the parameters were made"
            );
            Err(Error::shape(WHO, message))
        }
        _ => Ok(()),
    }
}

impl<T: Float> Layer<T> for TalkingHeadsAttention<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        let mask = mask_argument(args, "attention_mask")?;
        let talk = self.forward(
            args.float("query_tensor")?,
            args.float("key_tensor")?,
            args.float("value_tensor")?,
            mask.as_ref(),
        )?;
        Ok(Outputs::one("attention_output", talk.output).with("attention_scores", talk.scores))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    fn numbers(shape: &[usize], seed: u64) -> Tensor<f64> {
        Tensor::randn(shape, &mut Rng::seed(seed))
    }

    /// Attention along axis 2 of [2, 3, 4, N, d] is that of each index of axis 1 by itself.
    #[test]
    fn other_axes_are_batch_axes_and_keep_their_places() -> Result<()> {
        let layer: TalkingHeadsAttention<f64> = TalkingHeadsAttentionConfig::new()
            .attention_axes([2])
            .init(&mut Rng::seed(1))?;
        let mut plain: TalkingHeadsAttention<f64> = TalkingHeadsAttentionConfig::new()
            .num_heads(2)
            .init(&mut Rng::seed(1))?;
        let tape = Tape::inference();
        let (query, key) = (
            tape.input(numbers(&[2, 3, 4, 2, 3], 2)),
            tape.input(numbers(&[2, 3, 5, 2, 3], 3)),
        );
        let talk = layer.forward(&query, &key, &key, None)?;
        assert_eq!(talk.scores.shape(), [2, 3, 2, 4, 5]);
        (plain.pre_softmax_weight, plain.post_softmax_weight) = (
            layer.pre_softmax_weight.clone(),
            layer.post_softmax_weight.clone(),
        );
        let (query, key) = (query.select(1, 2)?, key.select(1, 2)?);
        let one = plain.forward(&query, &key, &key, None)?;
        let apart = talk.output.select(1, 2)?.try_sub(&one.output)?;
        assert!(
            apart
                .tensor()
                .to_vec()
                .iter()
                .all(|apart| apart.abs() < 1e-15)
        );
        Ok(())
    }

    #[test]
    fn float_and_boolean_masks_hide_alike_and_a_hidden_row_is_0() -> Result<()> {
        let layer: TalkingHeadsAttention<f64> =
            TalkingHeadsAttentionConfig::new().init(&mut Rng::seed(1))?;
        let tape = Tape::inference();
        let x = tape.input(numbers(&[1, 3, 2, 2], 2));
        let visible = Tensor::from([
            [true, false, true],
            [false, false, false],
            [true, true, true],
        ]);
        let float = tape.input(visible.cast::<f64>()?);
        let a = layer.forward(&x, &x, &x, Some(&visible.into()))?;
        let b = layer.forward(&x, &x, &x, Some(&float.into()))?;
        assert_eq!(a.scores.tensor(), b.scores.tensor());
        assert_eq!(a.scores.tensor().at(&[0, 1, 0, 1])?, 0.0);
        assert_eq!(a.output.tensor().select(1, 1)?.to_vec(), [0.0; 4]);
        Ok(())
    }

    #[test]
    fn what_does_not_fit_is_named() -> Result<()> {
        let init = |config: TalkingHeadsAttentionConfig| config.init::<f64>(&mut Rng::seed(1));
        let message = init(
            TalkingHeadsAttentionConfig::new()
                .qkv_rank(4)
                .attention_axes([2]),
        )
        .unwrap_err();
        assert_eq!(
            message.to_string(),
            "talking_heads_attention: attention_axes [2] for rank 4; expected different axes from 1 to 1"
        );
        let layer = init(TalkingHeadsAttentionConfig::new().num_heads(3))?;
        let x = Tape::inference().input(numbers(&[1, 3, 2, 2], 2));
        let message = layer.forward(&x, &x, &x, None).unwrap_err().to_string();
        assert_eq!(
            message,
            "talking_heads_attention: got 2 heads; expected 3, for which the parameters were made"
        );
        let layer = init(TalkingHeadsAttentionConfig::new())?;
        layer.forward(&x, &x, &x, None)?;
        let x = x.unsqueeze(1)?;
        let message = layer.forward(&x, &x, &x, None).unwrap_err().to_string();
        assert_eq!(
            message,
            "talking_heads_attention: a query of rank 5 with qkv_rank 4; expected both alike, 4 or more"
        );
        Ok(())
    }
}
