//! Attention to a window and to global positions.

use super::headwise_dense::HeadwiseDense;
use super::inputs::sequence;
use super::start::{Start, inside};
use super::windowed::{Neighbours, attend, rows};
use crate::attention::merge_heads;
use crate::{Dense, Module};
use etude_autograd::{AttentionOptions, Var};
use etude_tensor::{Error, Float, Result, Rng, Tensor};

/// The attention of a [`Longformer`](crate::Longformer): `i` may attend to `j` when both are at most `window_size` positions apart, or one of them is
/// a global position.
#[derive(Clone, Debug, Module)]
pub struct GlobalAttention<T: Float = f32> {
    /// Makes each head's queries.
    pub query: HeadwiseDense<T>,
    /// Makes each head's keys.
    pub key: HeadwiseDense<T>,
    /// Makes each head's values.
    pub value: HeadwiseDense<T>,
    /// Mixes the heads.
    pub out: Dense<T>,
    #[module(skip)]
    window_size: usize,
    /// In ascending order, each once.
    #[module(skip)]
    global: Vec<usize>,
}

impl<T: Float> GlobalAttention<T> {
    pub(super) fn new(
        start: Start,
        dim: usize,
        heads: usize,
        window_size: usize,
        global: Vec<usize>,
        rng: &mut Rng,
    ) -> Result<Self> {
        let headwise = |rng: &mut Rng| HeadwiseDense::new(start, heads, dim / heads, rng);
        Ok(GlobalAttention {
            query: headwise(rng)?,
            key: headwise(rng)?,
            value: headwise(rng)?,
            out: start.dense(dim).input_size(dim).init(rng)?,
            window_size,
            global,
        })
    }

    /// `x [batch, positions, dim]` → the same shape, on behalf of the layer `who`.
    pub(super) fn forward(&self, who: &str, x: &Var<T>) -> Result<Var<T>> {
        let [_, positions, _] = sequence(who, "x", x)?;
        if let Some(&last) = self.global.last().filter(|&&last| last >= positions) {
            let message = format!(
                "has the global position {last}, but an input of shape {:?} has positions below {positions}",
                x.shape()
            );
            return Err(Error::shape(who, message));
        }
        let q = inside("query", self.query.forward(x))?;
        let k = inside("key", self.key.forward(x))?;
        let v = inside("value", self.value.forward(x))?;

        // Every position sees its window and the global ones: a band, and a column for each of those.
        let neighbours = Neighbours::Within(self.window_size);
        let mut attended = attend(&q, &k, &v, neighbours, &self.global)?;
        if !self.global.is_empty() {
            attended = self.replace_global(&attended, &q, &k, &v)?;
        }
        inside("out", self.out.forward(&merge_heads(&attended)?))
    }

    /// What the global positions themselves see is everything: a row for each of them, in the place of what they saw as others do.
    fn replace_global(
        &self,
        attended: &Var<T>,
        q: &Var<T>,
        k: &Var<T>,
        v: &Var<T>,
    ) -> Result<Var<T>> {
        let options = AttentionOptions::new();
        let seen = rows(q, &self.global)?.scaled_dot_product_attention(k, v, &options)?;
        let mut is_global = vec![false; attended.shape()[2]];
        for &position in &self.global {
            is_global[position] = true;
        }
        let is_global = Tensor::from_slice([is_global.len(), 1], &is_global)?;
        let numbers: Vec<i64> = self.global.iter().map(|&g| g as i64).collect();
        let numbers = Tensor::from_slice([numbers.len()], &numbers)?;
        let others = attended.tape().scalar(0.0).where_(&is_global, attended)?;
        others.index_add(-2, &numbers, &seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Initializer;
    use crate::sequence::windowed::mask;
    use etude_autograd::Tape;

    #[test]
    fn it_agrees_with_the_dense_mask() -> Result<()> {
        let start = Start {
            weight: Initializer::Xavier,
            bias: Initializer::Normal,
            trainable: true,
        };
        for (global, window_size) in [
            (vec![], 3),
            (vec![0], 2),
            (vec![0, 17, 39], 1),
            (vec![5], 100),
        ] {
            let layer: GlobalAttention<f64> =
                GlobalAttention::new(start, 6, 2, window_size, global.clone(), &mut Rng::seed(1))?;
            let x = Tensor::normal([2, 40, 6], 0.0, 1.0, &mut Rng::seed(2))?;
            let cotangent = Tensor::normal([2, 40, 6], 0.0, 1.0, &mut Rng::seed(3))?;
            let run = |dense: bool| -> Result<[Tensor<f64>; 3]> {
                let tape = Tape::new();
                let x = tape.var(x.clone());
                let y = if dense {
                    let sees = |i: usize, j: usize| {
                        i.abs_diff(j) <= window_size || global.contains(&i) || global.contains(&j)
                    };
                    let options = AttentionOptions::new().mask(mask(40, 40, sees)?);
                    let [q, k, v] = [
                        layer.query.forward(&x)?,
                        layer.key.forward(&x)?,
                        layer.value.forward(&x)?,
                    ];
                    let attended = q.attention_with_weights(&k, &v, &options)?.output;
                    layer.out.forward(&merge_heads(&attended)?)?
                } else {
                    layer.forward("test", &x)?
                };
                let value = y.tensor().clone();
                let loss = y.try_mul(&tape.input(cotangent.clone()))?.sum(..)?;
                let gradients = loss.backward()?;
                let weight = gradients.param(&layer.key.weight).unwrap().clone();
                Ok([value, gradients.get(&x)?, weight])
            };
            for (a, b) in run(true)?.iter().zip(&run(false)?) {
                let apart = a.try_sub(b)?.abs().to_vec();
                let apart = apart.into_iter().fold(0.0, f64::max);
                assert!(apart < 1e-12, "{global:?} {window_size}: {apart}");
            }
        }
        Ok(())
    }
}
