//! Attention whose heads are mixed before and after the softmax.

use super::mask_argument;
use crate::config::defaults::{check_rate, check_size};
use crate::config::{Initializer, Ints, to_json};
use crate::parameters::param;
use crate::regularization::drop;
use crate::{Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::{AttentionMask, Param, Var};
use etude_derive::config;
use etude_tensor::{Error, Float, Result, Rng, Tensor};
use serde_json::Value;

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
/// What a float mask of 0 takes off a score; one of 1 takes off nothing.
const HIDDEN: f64 = 1e9;

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
        let layer = TalkingHeadsAttention {
            pre_softmax_weight: param(self.initializer, self.trainable, rng),
            post_softmax_weight: param(self.initializer, self.trainable, rng),
            config: self.clone(),
        };
        if let Some(rank) = self.qkv_rank {
            layer.axes(rank)?;
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
        let places = Places::new(self.axes(query.rank())?, query, key, value)?;
        check_heads(&self.pre_softmax_weight, places.heads)?;
        self.make(places.heads)?;
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
            Some(mask) => {
                let (added, visible) = places.mask(mask)?;
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

    /// The attention axes, for tensors of this rank.
    fn axes(&self, rank: usize) -> Result<Vec<usize>> {
        let expected = self.config.qkv_rank.unwrap_or(rank);
        if rank != expected || rank < 4 {
            let message = match self.config.qkv_rank {
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
            return Ok((1..rank - 2).collect());
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
        Ok(axes.to_vec())
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
    match weight.value() {
        Ok(weight) if weight.shape() != [heads, heads] => {
            let message = format!(
                "got {heads} heads; expected {}, for which the parameters were made",
                weight.shape()[0]
            );
            Err(Error::shape(WHO, message))
        }
        _ => Ok(()),
    }
}

/// Where the axes of query, key and value stand, and how long they are.
struct Places {
    /// The axes in the order B…, N, T…, d.
    order: Vec<isize>,
    /// Sizes of the batch axes, of T and of S.
    batch: Vec<usize>,
    to: Vec<usize>,
    from: Vec<usize>,
    heads: usize,
    /// All of T, and all of S.
    queries: usize,
    keys: usize,
}

impl Places {
    fn new<T: Float>(
        axes: Vec<usize>,
        query: &Var<T>,
        key: &Var<T>,
        value: &Var<T>,
    ) -> Result<Self> {
        let rank = query.rank();
        let batch: Vec<usize> = (0..rank - 2).filter(|axis| !axes.contains(axis)).collect();
        let sizes = |x: &Var<T>, axes: &[usize]| -> Vec<usize> {
            axes.iter().map(|&axis| x.shape()[axis]).collect()
        };
        // The batch axes and the heads have to agree, and key and value but for the last axis.
        let shared: Vec<usize> = batch.iter().copied().chain([rank - 2]).collect();
        let fits = key.rank() == rank
            && value.rank() == rank
            && sizes(query, &shared) == sizes(key, &shared)
            && query.shape()[rank - 1] == key.shape()[rank - 1]
            && key.shape()[..rank - 1] == value.shape()[..rank - 1];
        if !fits {
            let message = format!(
                "query {:?}, key {:?} and value {:?} with attention axes {axes:?}; expected [B…, T…, heads, d], [B…, S…, heads, d] and \
                 [B…, S…, heads, e] with the same B, heads and d",
                query.shape(),
                key.shape(),
                value.shape()
            );
            return Err(Error::shape(WHO, message));
        }
        let order = [&batch[..], &[rank - 2], &axes, &[rank - 1]].concat();
        let (to, from) = (sizes(query, &axes), sizes(key, &axes));
        Ok(Places {
            order: order.into_iter().map(|axis| axis as isize).collect(),
            batch: sizes(query, &batch),
            heads: query.shape()[rank - 2],
            queries: to.iter().product(),
            keys: from.iter().product(),
            to,
            from,
        })
    }

    /// `[B…, positions…, N, d] → [B, N, positions, d]`.
    fn heads_first<T: Float>(&self, x: &Var<T>, positions: usize) -> Result<Var<T>> {
        let width = x.shape()[x.rank() - 1];
        let batch: usize = self.batch.iter().product();
        x.permute(&self.order)?
            .reshape([batch, self.heads, positions, width])
    }

    /// `[B, N, T, e] → [B…, T…, N, e]`, the axes back in their places.
    fn heads_last<T: Float>(&self, x: &Var<T>) -> Result<Var<T>> {
        let width = x.shape()[3];
        let sizes = [&self.batch[..], &[self.heads], &self.to, &[width]].concat();
        let mut back = vec![0; self.order.len()];
        for (place, &axis) in self.order.iter().enumerate() {
            back[axis as usize] = place as isize;
        }
        x.reshape(sizes)?.permute(&back)
    }

    /// `[B…, N, T…, S…]`.
    fn scores_shape(&self, heads: usize) -> Vec<usize> {
        [&self.batch[..], &[heads], &self.to, &self.from].concat()
    }

    /// What a mask adds to scores `[B, N, T, S]`, if it is a float one, and which keys it lets through.
    fn mask<T: Float>(&self, mask: &AttentionMask<T>) -> Result<(Option<Var<T>>, Tensor<bool>)> {
        let full = self.scores_shape(self.heads);
        let given = mask.shape();
        let split = given.len().saturating_sub(self.to.len() + self.from.len());
        let missing = full.len().saturating_sub(given.len());
        let shape = [&given[..split], &vec![1; missing], &given[split..]].concat();
        let fits = shape.len() == full.len()
            && shape
                .iter()
                .zip(&full)
                .all(|(&size, &full)| size == full || size == 1);
        if !fits {
            let message = format!(
                "attention_mask of shape {given:?} for scores {full:?}; expected one that broadcasts to them"
            );
            return Err(Error::shape(WHO, message));
        }
        let batch: usize = self.batch.iter().product();
        let flat = [batch, self.heads, self.queries, self.keys];
        match mask {
            AttentionMask::Bool(mask) => {
                let visible = mask.reshape(shape)?.broadcast_to(full)?.reshape(flat)?;
                Ok((None, visible))
            }
            AttentionMask::Float(mask) => {
                let mask = mask.reshape(shape)?.broadcast_to(full)?.reshape(flat)?;
                let visible = mask.tensor().not_equal(&Tensor::scalar(T::ZERO))?;
                let added = mask.sub_scalar(1.0)?.mul_scalar(HIDDEN)?;
                Ok((Some(added), visible))
            }
        }
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
        Ok(())
    }
}
