//! FAVOR+ attention with heads.

use super::config::sequence_config;
use super::inputs::key_source;
use super::start::{inside, per_head};
use crate::attention::{merge_heads, split_heads};
use crate::config::to_json;
use crate::random_features::{attend_exponents, orthogonal_normal_rows};
use crate::{Args, Argument, Dense, Layer, Module, Outputs, Signature};
use etude_autograd::{Buffer, Var};
use etude_tensor::{Axes, Float, Result, Rng};
use serde_json::Value;

const WHO: &str = "multi_head_favor_attention";
const SIGNATURE: Signature = Signature::new(
    "MultiHeadFavorAttention",
    &[
        Argument::float("data1"),
        Argument::float("data2").optional(),
    ],
    &["output"],
);

sequence_config! {
    /// The configuration of a [`MultiHeadFavorAttention`].
    pub struct MultiHeadFavorAttentionConfig {
        ..favor,
        ..weights,
    }
}

impl MultiHeadFavorAttentionConfig {
    /// The layer, its weights and random features drawn from `rng`.
    ///
    /// # Errors
    /// If a size is 0, the heads don't divide `dim` or `nb_random_features`, or the initializer doesn't suit the weights.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<MultiHeadFavorAttention<T>> {
        let heads = ("nb_heads", self.nb_heads);
        let width = per_head(WHO, ("dim", self.dim), heads)?;
        let rows = per_head(WHO, ("nb_random_features", self.nb_random_features), heads)?;
        let start = self.start();
        let dense = |rng: &mut Rng| start.product(Some(self.dim), self.dim, rng);
        Ok(MultiHeadFavorAttention {
            query: dense(rng)?,
            key: dense(rng)?,
            value: dense(rng)?,
            random_features: Buffer::new(
                orthogonal_normal_rows(self.nb_heads, rows, width, rng)?.cast()?,
            ),
            config: self.clone(),
        })
    }
}

/// Softmax attention approximated with positive orthogonal random features, linear in the length (FAVOR+; Choromanski et al., *Rethinking
/// Attention with Performers*, 2021). Heads have their own queries, keys and random features, and all read one value vector of width `dim`:
///
/// ```text
/// q, k = heads of data1 · query.weight, data2 · key.weight;   v = data2 · value.weight
/// φ_a(u)_r = exp(ω[a,r] · u − |u|²/2),   u = q / d^¼  or  k / d^¼
/// output head a at i = Σ_j (φ_a(q_i)·φ_a(k_j)) v_j  /  Σ_j φ_a(q_i)·φ_a(k_j)
/// ```
///
/// computed as `φ(q) (φ(k)ᵀ v)` over `φ(q) (Σ_j φ(k_j))`: no product of all queries with all keys is formed, forward or backward. The mean
/// of `φ(q)·φ(k)` over the draw of the features is `exp(q·k/√d)`.
///
/// | parameter | shape |
/// |---|---|
/// | `query.weight`, `key.weight`, `value.weight` | `[dim, dim]` |
/// | `random_features` | `[nb_heads, nb_random_features / nb_heads, dim / nb_heads]`, a buffer with the rows `ω` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::MultiHeadFavorAttentionConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let favor_attn = MultiHeadFavorAttentionConfig::new(16, 8, 64).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let output_data = favor_attn.forward(&tape.input(Tensor::zeros([64, 10, 16])), None)?;
/// assert_eq!(output_data.shape(), [64, 10, 128]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct MultiHeadFavorAttention<T: Float = f32> {
    /// Makes the queries.
    pub query: Dense<T>,
    /// Makes the keys.
    pub key: Dense<T>,
    /// Makes the values, which all heads share.
    pub value: Dense<T>,
    /// The directions that the features look along.
    pub random_features: Buffer<T>,
    #[module(skip)]
    config: MultiHeadFavorAttentionConfig,
}

impl<T: Float> MultiHeadFavorAttention<T> {
    /// `data1 [batch, S1, dim]`, which asks, and `data2 [batch, S2, dim]`, which is looked at (`data1` if absent) →
    /// `[batch, S1, dim · nb_heads]`.
    ///
    /// # Errors
    /// If an input has another rank or number of features, or the batches differ.
    pub fn forward(&self, data1: &Var<T>, data2: Option<&Var<T>>) -> Result<Var<T>> {
        let data2 = key_source(WHO, data1, data2)?;
        let heads = self.config.nb_heads;
        let q = split_heads(&inside("query", self.query.forward(data1))?, heads)?;
        let k = split_heads(&inside("key", self.key.forward(data2))?, heads)?;
        let v = inside("value", self.value.forward(data2))?.unsqueeze(1)?;

        // d^-¼ for queries and keys each is d^-½ for |k|², and for the products a factor of the features.
        let scale = ((self.config.dim / heads) as f64).sqrt().recip();
        let features = data1.tape().buffer(&self.random_features)?;
        let features = (features * scale.sqrt()).transpose(-2, -1)?;
        let features = data1.tape().input(features);
        // A query's own |u|²/2 is a factor above and below the line, and is left out.
        let queries = q.matmul(&features)?;
        let half_square = k
            .square()?
            .sum(Axes::from(-1).keepdims())?
            .mul_scalar(scale / 2.0)?;
        let keys = k.matmul(&features)?.try_sub(&half_square)?;
        merge_heads(&attend_exponents(&queries, &keys, &v)?)
    }

    /// Draws the random features again.
    ///
    /// # Errors
    /// If they don't fit into memory.
    pub fn redraw(&mut self, rng: &mut Rng) -> Result<()> {
        let &[heads, rows, width] = self.random_features.value()?.shape() else {
            unreachable!("built with three axes")
        };
        let drawn = orthogonal_normal_rows(heads, rows, width, rng)?;
        self.random_features.set(drawn.cast()?)
    }
}

impl<T: Float> Layer<T> for MultiHeadFavorAttention<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        let output = self.forward(args.float("data1")?, args.optional_float("data2")?)?;
        Ok(Outputs::one("output", output))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    fn numbers(shape: &[usize], seed: u64) -> Tensor<f64> {
        Tensor::normal(shape, 0.0, 1.0, &mut Rng::seed(seed)).unwrap()
    }

    fn layer(features: usize) -> MultiHeadFavorAttention<f64> {
        let config = MultiHeadFavorAttentionConfig::new(6, 2, features);
        config.init(&mut Rng::seed(1)).unwrap()
    }

    #[test]
    fn many_features_come_close_to_the_softmax() -> Result<()> {
        let layer = layer(40_000);
        let tape = Tape::inference();
        let x = tape.input(numbers(&[2, 7, 6], 2) * 0.4);
        let q = split_heads(&layer.query.forward(&x)?, 2)?;
        let k = split_heads(&layer.key.forward(&x)?, 2)?;
        let v = layer.value.forward(&x)?.unsqueeze(1)?;
        let scores = q
            .matmul(&k.transpose(-2, -1)?)?
            .div_scalar(3.0_f64.sqrt())?;
        let exact = merge_heads(&scores.softmax(-1)?.matmul(&v)?)?;
        let apart = layer.forward(&x, None)?.try_sub(&exact)?.abs()?.max(..)?;
        assert!(apart.item()? < 0.01, "{apart:?}");
        Ok(())
    }

    #[test]
    fn it_agrees_with_the_dense_definition() -> Result<()> {
        let layer = layer(10);
        let cotangent = numbers(&[2, 7, 12], 4);
        let run = |dense: bool| -> Result<Vec<Tensor<f64>>> {
            let tape = Tape::new();
            let (data1, data2) = (
                tape.var(numbers(&[2, 7, 6], 2)),
                tape.var(numbers(&[2, 9, 6], 3)),
            );
            let y = if dense {
                let features = layer.random_features.value()?.transpose(-2, -1)?;
                let features = tape.input(features);
                let phi = |projected: Var<f64>| -> Result<Var<f64>> {
                    let u = split_heads(&projected, 2)?.div_scalar(3.0_f64.powf(0.25))?;
                    let half_square = u
                        .square()?
                        .sum(Axes::from(-1).keepdims())?
                        .div_scalar(2.0)?;
                    u.matmul(&features)?.try_sub(&half_square)?.exp()
                };
                let q = phi(layer.query.forward(&data1)?)?;
                let k = phi(layer.key.forward(&data2)?)?;
                let weights = q.matmul(&k.transpose(-2, -1)?)?;
                let weights = weights.try_div(&weights.sum(Axes::from(-1).keepdims())?)?;
                let v = layer.value.forward(&data2)?.unsqueeze(1)?;
                merge_heads(&weights.matmul(&v)?)?
            } else {
                layer.forward(&data1, Some(&data2))?
            };
            let gradients = y
                .try_mul(&tape.input(cotangent.clone()))?
                .sum(..)?
                .backward()?;
            let mut all = vec![
                y.into_tensor(),
                gradients.get(&data1)?,
                gradients.get(&data2)?,
            ];
            all.extend(
                layer
                    .params()
                    .into_iter()
                    .map(|(_, param)| gradients.param(param).unwrap().clone()),
            );
            Ok(all)
        };
        let (linear, dense) = (run(false)?, run(true)?);
        assert_eq!(linear.len(), 6);
        for (a, b) in linear.iter().zip(&dense) {
            let apart = a.try_sub(b)?.abs().max(..)?.item()?;
            assert!(apart < 1e-10, "{apart}");
        }
        Ok(())
    }

    #[test]
    fn redrawing_changes_the_features_and_nothing_else() -> Result<()> {
        let mut layer = layer(8);
        let before = layer.state_dict()?;
        layer.redraw(&mut Rng::seed(9))?;
        for (path, value) in layer.state_dict()? {
            assert_eq!(value == before[&path], path != "random_features", "{path}");
            assert_eq!(value.shape(), before[&path].shape());
        }
        Ok(())
    }

    #[test]
    fn no_keys_give_0_and_far_ones_stay_finite() -> Result<()> {
        let layer = layer(8);
        let tape = Tape::new();
        let x = tape.var(numbers(&[1, 3, 6], 2) * 1e4);
        let none = tape.input(Tensor::zeros([1, 0, 6]));
        let y = layer.forward(&x, Some(&none))?;
        assert_eq!(y.tensor(), &Tensor::zeros([1, 3, 12]));
        let y = layer.forward(&x, None)?;
        let gradient = y.sum(..)?.backward()?.get(&x)?;
        assert!(y.tensor().to_vec().iter().all(|y| y.is_finite()));
        assert!(gradient.to_vec().iter().all(|g| g.is_finite()));
        Ok(())
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let message = |config: MultiHeadFavorAttentionConfig| {
            let layer = config.init::<f32>(&mut Rng::seed(1));
            layer.unwrap_err().to_string()
        };
        assert_eq!(
            message(MultiHeadFavorAttentionConfig::new(6, 4, 8)),
            "multi_head_favor_attention: nb_heads 4 doesn't divide dim 6; expected a divisor"
        );
        assert!(
            message(MultiHeadFavorAttentionConfig::new(6, 2, 7)).contains("nb_random_features 7")
        );
        let tape = Tape::inference();
        let run = |a: &[usize], b: &[usize]| {
            let (a, b) = (tape.input(numbers(a, 1)), tape.input(numbers(b, 2)));
            layer(8).forward(&a, Some(&b)).unwrap_err().to_string()
        };
        assert!(run(&[2, 3, 6], &[1, 3, 6]).contains("expected the same batch and features"));
        assert!(run(&[2, 6], &[2, 3, 6]).contains("data1 has shape [2, 6]"));
        assert!(run(&[2, 3, 5], &[2, 3, 5]).contains("'query' expects 6 input channels, got 5"));
    }
}
