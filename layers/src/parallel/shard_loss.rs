//! What a shard gives back.

use etude_autograd::Var;
use etude_tensor::{Float, Result};

/// The loss of a shard, and how much it counts in that of the batch.
///
/// The loss of a batch is `Σ ℓ / Σ w`: the sum of the samples' losses over the sum of their weights, which is the number of samples where they
/// all count once. A shard in which fewer count (some targets are ignored, or padding is left out) must count less itself,
/// or the mean of the shards' means would not be the batch's.
#[derive(Clone, Debug)]
pub struct ShardLoss<T: Float = f32> {
    /// `Σ ℓ` of the shard.
    pub(super) sum: Var<T>,
    /// `Σ w` of the shard.
    pub(super) weight: f64,
}

impl<T: Float> ShardLoss<T> {
    /// From the sum of the losses of the samples, and the sum of their weights.
    pub fn sum(sum: Var<T>, weight: f64) -> Self {
        ShardLoss { sum, weight }
    }

    /// From the weighted mean of the losses of the samples, and the sum of their weights: the number of samples that count.
    ///
    /// # Errors
    /// If the loss belongs to a recording that has been spent.
    pub fn mean(mean: &Var<T>, weight: f64) -> Result<Self> {
        Ok(ShardLoss {
            sum: mean.mul_scalar(weight)?,
            weight,
        })
    }
}
