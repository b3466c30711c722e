//! Attention between rectangles of an image, with the position term in the logits: what [`MhsaWithPositionEmbedding`](super::MhsaWithPositionEmbedding) and
//! [`HaloAttention`](super::HaloAttention) share.

use crate::parameters::leaf;
use etude_autograd::{AttentionOptions, Param, Var};
use etude_tensor::{Float, Result, Tensor};

/// `softmax(query·keyᵀ + position) · value`, the weights with dropout in training at this rate. The query is scaled already.
pub(super) fn attend<T: Float>(
    [query, key, value]: [&Var<T>; 3],
    position: Var<T>,
    dropout: f64,
) -> Result<Var<T>> {
    let mut options = AttentionOptions::new().scale(1.0).mask(position);
    let tape = query.tape();
    if tape.is_training() && dropout > 0.0 {
        options = options.dropout(dropout, tape.draw_key(None)?);
    }
    query.scaled_dot_product_attention(key, value, &options)
}

/// [`attend`], and the weights after dropout: they are what attention makes of the identity as values.
pub(super) fn attend_with_weights<T: Float>(
    [query, key, value]: [&Var<T>; 3],
    position: Var<T>,
    dropout: f64,
) -> Result<(Var<T>, Var<T>)> {
    let identity = query.tape().input(Tensor::eye(key.shape()[key.rank() - 2]));
    let weights = attend([query, key, &identity], position, dropout)?;
    Ok((weights.matmul(value)?, weights))
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
