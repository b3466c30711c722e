//! Ripple attention.

use super::config::sequence_config;
use super::inputs::key_source;
use super::start::{inside, per_head};
use crate::attention::{merge_heads, split_heads};
use crate::config::to_json;
use crate::{Args, Argument, Dense, Layer, Module, Outputs, Signature};
use etude_autograd::Var;
use etude_tensor::{Error, Float, Result, Rng};
use serde_json::Value;

const WHO: &str = "ripple_attention";
const SIGNATURE: Signature = Signature::new(
    "RippleAttention",
    &[
        Argument::float("data1"),
        Argument::float("data2").optional(),
    ],
    &["output"],
);

sequence_config! {
    /// The configuration of a [`RippleAttention`].
    pub struct RippleAttentionConfig {
        ..heads,
        /// What is added under the root; above 0.
        #[default = 1e-6]
        pub epsilon: f64,
        ..weights,
    }
}

impl RippleAttentionConfig {
    /// The layer, its weights drawn from `rng`.
    ///
    /// # Errors
    /// If a size is 0, the heads don't divide `dim`, `epsilon` isn't positive, or the initializer doesn't suit the weights.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<RippleAttention<T>> {
        per_head(WHO, ("dim", self.dim), ("num_heads", self.num_heads))?;
        if !(self.epsilon > 0.0 && self.epsilon.is_finite()) {
            let message = format!("epsilon is {}; expected a number above 0", self.epsilon);
            return Err(Error::config(WHO, message));
        }
        let start = self.start();
        let dense = |rng: &mut Rng| start.product(Some(self.dim), self.dim, rng);
        Ok(RippleAttention {
            query: dense(rng)?,
            key: dense(rng)?,
            value: dense(rng)?,
            out: dense(rng)?,
            config: self.clone(),
        })
    }
}

/// Multi-head attention whose scores are divided by the root of a sum that accumulates along the queries. For each head:
///
/// ```text
/// s[i,j] = q_i · k_j / √d
/// t[i,j] = s[i,j] / √(Σ_{l ≤ i} |s[l,j]| + epsilon)
/// output = (heads of softmax over j of t, times v) · out.weight
/// ```
///
/// The derivative of `|s|` at 0 is 0.
///
/// | parameter | shape |
/// |---|---|
/// | `query.weight`, `key.weight`, `value.weight`, `out.weight` | `[dim, dim]` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::RippleAttentionConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let ripple_attn = RippleAttentionConfig::new(16, 8).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let output_data = ripple_attn.forward(&tape.input(Tensor::zeros([64, 10, 16])), None)?;
/// assert_eq!(output_data.shape(), [64, 10, 16]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct RippleAttention<T: Float = f32> {
    /// Makes the queries.
    pub query: Dense<T>,
    /// Makes the keys.
    pub key: Dense<T>,
    /// Makes the values.
    pub value: Dense<T>,
    /// Mixes the heads.
    pub out: Dense<T>,
    #[module(skip)]
    config: RippleAttentionConfig,
}

impl<T: Float> RippleAttention<T> {
    /// `data1 [batch, S1, dim]`, which asks, and `data2 [batch, S2, dim]`, which is looked at (`data1` if absent) → `[batch, S1, dim]`.
    ///
    /// # Errors
    /// If an input has another rank or number of features, or the batches differ.
    pub fn forward(&self, data1: &Var<T>, data2: Option<&Var<T>>) -> Result<Var<T>> {
        let data2 = key_source(WHO, data1, data2)?;
        let heads = |name: &str, dense: &Dense<T>, x: &Var<T>| {
            split_heads(&inside(name, dense.forward(x))?, self.config.num_heads)
        };
        let q = heads("query", &self.query, data1)?;
        let k = heads("key", &self.key, data2)?;
        let v = heads("value", &self.value, data2)?;

        let root = ((self.config.dim / self.config.num_heads) as f64).sqrt();
        let s = q.matmul(&k.transpose(-2, -1)?)?.div_scalar(root)?;
        let so_far = s.abs()?.cumsum(-2)?.add_scalar(self.config.epsilon)?;
        let t = s.try_div(&so_far.sqrt()?)?;
        let attended = t.softmax(-1)?.matmul(&v)?;
        inside("out", self.out.forward(&merge_heads(&attended)?))
    }
}

impl<T: Float> Layer<T> for RippleAttention<T> {
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

    #[test]
    fn the_equation_by_hand() -> Result<()> {
        let mut layer: RippleAttention<f64> = RippleAttentionConfig::new(1, 1)
            .epsilon(0.25)
            .init(&mut Rng::seed(1))?;
        for dense in [
            &mut layer.query,
            &mut layer.key,
            &mut layer.value,
            &mut layer.out,
        ] {
            dense.weight.set(Tensor::ones([1, 1]))?;
        }
        let tape = Tape::inference();
        let x = tape.input(Tensor::from([2.0, -3.0]).reshape([1, 2, 1])?);
        // Scores 4, −6 and −6, 9; sums of absolute values 4, 6 and 10, 15.
        let row = |a: f64, b: f64| (2.0 * a.exp() - 3.0 * b.exp()) / (a.exp() + b.exp());
        let expected = [
            row(4.0 / 4.25_f64.sqrt(), -6.0 / 6.25_f64.sqrt()),
            row(-6.0 / 10.25_f64.sqrt(), 9.0 / 15.25_f64.sqrt()),
        ];
        let got = layer.forward(&x, None)?.tensor().to_vec();
        assert!(
            got.iter().zip(expected).all(|(g, e)| (g - e).abs() < 1e-14),
            "{got:?} {expected:?}"
        );
        Ok(())
    }

    #[test]
    fn zeros_have_a_gradient_and_no_keys_give_0() -> Result<()> {
        let layer: RippleAttention<f64> =
            RippleAttentionConfig::new(4, 2).init(&mut Rng::seed(1))?;
        let tape = Tape::new();
        let x = tape.var(Tensor::zeros([1, 3, 4]));
        let none = tape.input(Tensor::zeros([1, 0, 4]));
        let empty = layer.forward(&x, Some(&none))?;
        assert_eq!(empty.tensor(), &Tensor::zeros([1, 3, 4]));
        let gradient = layer.forward(&x, None)?.sum(..)?.backward()?.get(&x)?;
        assert!(gradient.to_vec().iter().all(|g| g.is_finite()));
        Ok(())
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let none = RippleAttentionConfig::new(4, 2).epsilon(0.0);
        let err = none.init::<f32>(&mut Rng::seed(1)).unwrap_err();
        assert_eq!(
            err.to_string(),
            "ripple_attention: epsilon is 0; expected a number above 0"
        );
        let odd = RippleAttentionConfig::new(4, 3).init::<f32>(&mut Rng::seed(1));
        assert!(odd.unwrap_err().to_string().contains("num_heads 3"));
    }
}
