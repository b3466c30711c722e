//! Attention between rectangles of an image, with the position term in the logits: what [`MhsaWithPositionEmbedding`](super::MhsaWithPositionEmbedding) and
//! [`HaloAttention`](super::HaloAttention) share.

use crate::parameters::leaf;
use etude_autograd::{AttentionOptions, Param, Var};
use etude_tensor::{Float, Result, Tensor};

/// What attends to what: queries, scaled already, keys and values by head, and the position term of their logits.
pub(super) struct Heads<T: Float> {
    pub query: Var<T>,
    pub key: Var<T>,
    pub value: Var<T>,
    pub position: Var<T>,
}

impl<T: Float> Heads<T> {
    /// `softmax(query·keyᵀ + position) · value`, the weights with dropout in training at this rate.
    pub fn attend(&self, dropout: f64) -> Result<Var<T>> {
        self.weigh(&self.value, dropout)
    }

    /// [`attend`](Heads::attend), and the weights after dropout: they are what attention makes of the identity as values.
    pub fn attend_with_weights(&self, dropout: f64) -> Result<(Var<T>, Var<T>)> {
        let keys = self.key.shape()[self.key.rank() - 2];
        let weights = self.weigh(&self.key.tape().input(Tensor::eye(keys)), dropout)?;
        Ok((weights.matmul(&self.value)?, weights))
    }

    fn weigh(&self, value: &Var<T>, dropout: f64) -> Result<Var<T>> {
        let mut options = AttentionOptions::new()
            .scale(1.0)
            .mask(self.position.clone());
        let tape = self.query.tape();
        if tape.is_training() && dropout > 0.0 {
            options = options.dropout(dropout, tape.draw_key(None)?);
        }
        self.query
            .scaled_dot_product_attention(&self.key, value, &options)
    }
}

/// `y · weight + bias`, either of which may be absent.
pub(super) fn project<T: Float>(
    y: &Var<T>,
    weight: &Option<Param<T>>,
    bias: &Option<Param<T>>,
) -> Result<Var<T>> {
    match (leaf(y.tape(), weight)?, leaf(y.tape(), bias)?) {
        (Some(weight), Some(bias)) => y.affine(&weight, &bias),
        (Some(weight), None) => y.matmul(&weight),
        (None, Some(bias)) => y.try_add(&bias),
        (None, None) => Ok(y.clone()),
    }
}
