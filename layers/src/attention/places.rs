//! Attention along several axes: where they stand, and how they become one.

use etude_autograd::{AttentionMask, Var};
use etude_tensor::{Error, Float, Result, Tensor};

/// What a float mask of 0 takes off a score; one of 1 takes off nothing.
const HIDDEN: f64 = 1e9;

/// Where the axes of query, key and value stand, and how long they are.
pub(super) struct Places {
    /// The axes in the order B…, N, T…, d.
    order: Vec<isize>,
    /// Sizes of the batch axes, of T and of S.
    batch: Vec<usize>,
    to: Vec<usize>,
    from: Vec<usize>,
    pub heads: usize,
    /// All of T, and all of S.
    pub queries: usize,
    pub keys: usize,
}

impl Places {
    pub fn new<T: Float>(
        who: &str,
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
            return Err(Error::shape(who, message));
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
    pub fn heads_first<T: Float>(&self, x: &Var<T>, positions: usize) -> Result<Var<T>> {
        let width = x.shape()[x.rank() - 1];
        let batch: usize = self.batch.iter().product();
        x.permute(&self.order)?
            .reshape([batch, self.heads, positions, width])
    }

    /// `[B, N, T, e] → [B…, T…, N, e]`, the axes back in their places.
    pub fn heads_last<T: Float>(&self, x: &Var<T>) -> Result<Var<T>> {
        let width = x.shape()[3];
        let sizes = [&self.batch[..], &[self.heads], &self.to, &[width]].concat();
        let mut back = vec![0; self.order.len()];
        for (place, &axis) in self.order.iter().enumerate() {
            back[axis as usize] = place as isize;
        }
        x.reshape(sizes)?.permute(&back)
    }

    /// `[B…, N, T…, S…]`.
    pub fn scores_shape(&self, heads: usize) -> Vec<usize> {
        [&self.batch[..], &[heads], &self.to, &self.from].concat()
    }

    /// What a mask adds to scores `[B, N, T, S]`, if it is a float one, and which keys it lets through.
    pub fn mask<T: Float>(
        &self,
        who: &str,
        mask: &AttentionMask<T>,
    ) -> Result<(Option<Var<T>>, Tensor<bool>)> {
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
            return Err(Error::shape(who, message));
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
