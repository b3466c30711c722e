//! Attention to the keys that score highest.

use etude_autograd::{AttentionOptions, Var};
use etude_tensor::{Float, Result, Tensor};

/// Scores that are held at a time while the highest are looked for.
const TILE: usize = 1 << 20;

/// What came of attending to few keys.
pub(super) struct Routed<T: Float> {
    /// `[batch, heads, S1, e]`.
    pub output: Var<T>,
    /// The keys that each query attended to, `[batch, heads, S1, k]`.
    chosen: Tensor<i64>,
    /// Queries `[batch, heads, S1, 1, d]` and their keys `[batch, heads, S1, k, d]`.
    query: Var<T>,
    key: Var<T>,
}

/// Attention of each row of `query [batch, heads, S1, d]` to the `count` rows of `key [batch, heads, S2, d]` with which it has the largest products;
/// ties go to the earlier one. The choice is a constant for the gradient.
///
/// All products are looked at, but never held all at once; the softmax, the sum and all gradients see the chosen ones alone.
pub(super) fn attend<T: Float>(
    query: &Var<T>,
    key: &Var<T>,
    value: &Var<T>,
    count: usize,
) -> Result<Routed<T>> {
    let chosen = highest(query.tensor(), key.tensor(), count)?;
    let query = query.unsqueeze(-2)?;
    let key = rows(key, &chosen)?;
    let value = rows(value, &chosen)?;
    let output = query.scaled_dot_product_attention(&key, &value, &AttentionOptions::new())?;
    Ok(Routed {
        output: output.squeeze(-2)?,
        chosen,
        query,
        key,
    })
}

impl<T: Float> Routed<T> {
    /// The weights among all `keys`, `[batch, heads, S1, S2]`: 0 for those that weren't chosen.
    pub fn weights(&self, keys: usize) -> Result<Var<T>> {
        let options = AttentionOptions::new();
        let parts = self
            .query
            .attention_with_weights(&self.key, &self.key, &options)?;
        let mut shape = self.chosen.shape().to_vec();
        shape[3] = keys;
        let nothing = self.query.tape().input(Tensor::zeros(shape));
        nothing.scatter_add(-1, &self.chosen, &parts.weights.squeeze(-2)?)
    }
}

/// The numbers of the `count` keys with the largest products with each query, `[batch, heads, S1, k]`; all of them if there are no more.
fn highest<T: Float>(query: &Tensor<T>, key: &Tensor<T>, count: usize) -> Result<Tensor<i64>> {
    let &[batch, heads, queries, _] = query.shape() else {
        unreachable!("queries by batch and head")
    };
    let keys = key.shape()[2];
    let key = key.transpose(-2, -1)?;
    let step = (TILE / (batch * heads * keys).max(1)).max(1);
    let tiles = (0..queries).step_by(step).map(|from| {
        let rows = query.narrow(2, from, step.min(queries - from))?;
        Ok(rows.matmul(&key)?.topk(count.min(keys), -1, true)?.1)
    });
    let tiles = tiles.collect::<Result<Vec<_>>>()?;
    if tiles.is_empty() {
        return Ok(Tensor::full([batch, heads, 0, count.min(keys)], 0));
    }
    Tensor::concat(&tiles, 2)
}

/// `x [batch, heads, S2, d]` at the numbers `chosen [batch, heads, S1, k]` → `[batch, heads, S1, k, d]`.
fn rows<T: Float>(x: &Var<T>, chosen: &Tensor<i64>) -> Result<Var<T>> {
    let &[batch, heads, length, width] = x.shape() else {
        unreachable!("rows by batch and head")
    };
    // One table of rows for all batches and heads: each begins `length` rows behind the one before.
    let pairs = batch * heads;
    let each = chosen.elements() / pairs.max(1);
    let numbers = chosen.to_vec();
    let numbers: Vec<i64> = numbers
        .iter()
        .enumerate()
        .map(|(place, number)| (place / each * length) as i64 + number)
        .collect();
    let shape = [chosen.shape(), &[width]].concat();
    x.reshape([pairs * length, width])?
        .index_select(0, &Tensor::from_slice([numbers.len()], &numbers)?)?
        .reshape(shape)
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;

    #[test]
    fn the_highest_are_chosen_and_ties_go_to_the_earlier() -> Result<()> {
        let query = Tensor::from([[1.0], [-1.0]]).reshape([1, 1, 2, 1])?;
        let key = Tensor::from([1.0, 3.0, 2.0, 3.0, 1.0]).reshape([1, 1, 5, 1])?;
        let mut chosen = highest(&query, &key, 1)?.to_vec();
        assert_eq!(chosen, [1, 0]);
        chosen = highest(&query, &key, 3)?.to_vec();
        chosen[..3].sort_unstable();
        chosen[3..].sort_unstable();
        assert_eq!(chosen, [1, 2, 3, 0, 2, 4]);
        assert_eq!(highest(&query, &key, 9)?.shape(), [1, 1, 2, 5]);
        Ok(())
    }

    #[test]
    fn the_keys_that_were_not_chosen_have_no_gradient() -> Result<()> {
        let tape = Tape::new();
        let query = tape.input(Tensor::from([[2.0]]).reshape([1, 1, 1, 1])?);
        let key = tape.var(Tensor::from([1.0, 3.0, 2.0]).reshape([1, 1, 3, 1])?);
        let value = tape.input(Tensor::from([5.0, 7.0, 11.0]).reshape([1, 1, 3, 1])?);
        let routed = attend(&query, &key, &value, 2)?;
        let weight = 1.0 / (1.0 + (-2.0_f64).exp());
        let expected = weight * 7.0 + (1.0 - weight) * 11.0;
        assert!((routed.output.item()? - expected).abs() < 1e-14);
        let weights = routed.weights(3)?;
        assert_eq!(weights.tensor().at(&[0, 0, 0, 0])?, 0.0);
        let gradient = routed.output.sum(..)?.backward()?.get(&key)?.to_vec();
        assert_eq!(gradient[0], 0.0);
        assert!(gradient[1] < 0.0 && gradient[2] > 0.0);
        Ok(())
    }
}
