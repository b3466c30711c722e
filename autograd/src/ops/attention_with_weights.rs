//! Attention whose scores and weights are wanted: each step an operation of its own.

use crate::Var;
use crate::attention::{AttentionOptions, AttentionParts, additive, kept};
use etude_tensor::{Error, Float, Result, Shape};

const OP: &str = "attention_with_weights";

impl<T: Float> Var<T> {
    /// [`scaled_dot_product_attention`](Var::scaled_dot_product_attention) that also gives the scores, `S = scale·Q·Kᵀ + mask`, and the
    /// weights, `P = softmax(S)`, of `O = P·V`, and so takes memory for `queries × keys` of them. This is the query.
    ///
    /// Gradient: flows through output, scores and weights alike; each step is an operation of its own.
    ///
    /// ```
    /// use etude_autograd::{AttentionOptions, Tape};
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// // One query and two keys, to which it is equally near.
    /// let query = tape.input(Tensor::from([[1.0_f32, 1.0]]));
    /// let key = tape.input(Tensor::from([[1.0, 0.0], [0.0, 1.0]]));
    /// let value = tape.input(Tensor::from([[2.0], [6.0]]));
    /// let parts = query.attention_with_weights(&key, &value, &AttentionOptions::new())?;
    /// assert_eq!(parts.weights.tensor().to_vec(), [0.5, 0.5]);
    /// assert_eq!(parts.output.tensor().to_vec(), [4.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`scaled_dot_product_attention`](Var::scaled_dot_product_attention).
    pub fn attention_with_weights(
        &self,
        key: &Var<T>,
        value: &Var<T>,
        options: &AttentionOptions<T>,
    ) -> Result<AttentionParts<T>> {
        let (scores, weights) = scores_and_weights(OP, self, key, value, options)?;
        let output = match kept(options, &weights)? {
            Some(kept) => weights.try_mul(&kept)?.matmul(value)?,
            None => weights.matmul(value)?,
        };
        Ok(AttentionParts {
            output,
            scores,
            weights,
        })
    }
}

/// The scores with the masks, and their softmax, exactly 0 for hidden keys; on behalf of the operation `op`.
pub(super) fn scores_and_weights<T: Float>(
    op: &str,
    query: &Var<T>,
    key: &Var<T>,
    value: &Var<T>,
    options: &AttentionOptions<T>,
) -> Result<(Var<T>, Var<T>)> {
    let shape = scores_shape(op, query, key, value)?;
    options.check(op, query.tape(), &shape)?;
    let factor = options.factor(query.shape()[query.rank() - 1]);
    let mut scores = query.mul_scalar(factor)?.matmul(&key.transpose(-2, -1)?)?;
    if let Some(mask) = &options.additive {
        scores = scores.try_add(mask)?;
    }
    let by_position = options.visible_by_position(&shape)?;
    if let Some(mask) = &by_position {
        scores = scores.try_add(&query.tape().input(additive(mask)?))?;
    }
    let weights = match options.visible(&by_position)? {
        Some(visible) => scores.masked_softmax(&visible, -1)?,
        None => scores.softmax(-1)?,
    };
    Ok((scores, weights))
}

/// The shape of the scores of `query` with `key`, `[…, queries, keys]`, all leading axes broadcast together.
pub(super) fn scores_shape<T: Float>(
    op: &str,
    query: &Var<T>,
    key: &Var<T>,
    value: &Var<T>,
) -> Result<Shape> {
    query.tape().check_same(op, key)?;
    query.tape().check_same(op, value)?;
    let shapes = (query.shape(), key.shape(), value.shape());
    let ([a @ .., queries, depth], [b @ .., keys, key_depth], [c @ .., values, _]) = shapes else {
        return Err(misfit(op, query, key, value));
    };
    if depth != key_depth || keys != values {
        return Err(misfit(op, query, key, value));
    }
    let leading = Shape::broadcast(op, &Shape::broadcast(op, a, b)?, c)?;
    Ok(Shape::from([&leading[..], &[*queries, *keys]].concat()))
}

#[cold]
fn misfit<T: Float>(op: &str, query: &Var<T>, key: &Var<T>, value: &Var<T>) -> Error {
    let message = format!(
        "query {:?}, key {:?} and value {:?}; expected […, queries, d], […, keys, d] and […, keys, e]",
        query.shape(),
        key.shape(),
        value.shape()
    );
    Error::shape(op, message)
}
