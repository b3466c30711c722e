//! Attention of queries to values, with trained scalars alone.

use crate::config::names::names;
use crate::config::{Initializer, to_json};
use crate::parameters::drawn_param;
use crate::{Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::{AttentionOptions, Param, Var};
use etude_derive::config;
use etude_tensor::{Error, Float, Result, Rng};
use serde_json::Value;

const WHO: &str = "attention";
const SIGNATURE: Signature = Signature::new(
    "Attention",
    &[
        Argument::float("query"),
        Argument::float("value"),
        Argument::float("key").optional(),
    ],
    &["output"],
);

names! {
    /// How [`Attention`] scores a key.
    pub enum ScoreMode("score_mode") {
        /// `a·q·k` (Luong, Pham and Manning, 2015).
        Dot = "dot",
        /// `w·Σ tanh(a·(q + k))`, after Bahdanau, Cho and Bengio (2014).
        Concat = "concat",
    }
}

/// The configuration of an [`Attention`] layer.
#[config]
pub struct AttentionConfig {
    /// Whether scores are multiplied by a trained scalar.
    #[default = false]
    pub use_scale: bool,
    /// How a key is scored.
    #[default = ScoreMode::Dot]
    pub score_mode: ScoreMode,
    /// Whether the parameters are trained.
    #[default = true]
    pub trainable: bool,
}

impl AttentionConfig {
    /// The layer. Its scalars start at 1, so nothing is drawn from `rng` that shows.
    ///
    /// # Errors
    /// None at present.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<Attention<T>> {
        let mut scalar = |name: &str, wanted: bool| -> Result<Option<Param<T>>> {
            let one = || drawn_param(name, Initializer::Ones, &[], self.trainable, rng);
            wanted.then(one).transpose()
        };
        let concat = self.score_mode == ScoreMode::Concat;
        Ok(Attention {
            scale: scalar("scale", self.use_scale)?,
            concat_score_weight: scalar("concat_score_weight", concat)?,
            config: self.clone(),
        })
    }
}

/// Attention with dot-product or concatenation scores:
///
/// ```text
/// dot:     s[b, i, j] = scale · Σ_d query[b, i, d]·key[b, j, d]
/// concat:  s[b, i, j] = concat_score_weight · Σ_d tanh(scale·(query[b, i, d] + key[b, j, d]))
/// output = softmax_j(s)·value
/// ```
///
/// | parameter | shape |
/// |---|---|
/// | `scale` | `[]`, only with `use_scale`; counts as 1 without |
/// | `concat_score_weight` | `[]`, only with `score_mode` `concat` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::AttentionConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let attention = AttentionConfig::new().use_scale(true).init::<f32>(&mut Rng::seed(1))?;
/// let tape = Tape::inference();
/// let query = tape.input(Tensor::zeros([2, 5, 10]));
/// let value = tape.input(Tensor::zeros([2, 6, 10]));
/// assert_eq!(attention.forward(&query, &value, None)?.shape(), [2, 5, 10]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct Attention<T: Float = f32> {
    /// What scores are multiplied by.
    pub scale: Option<Param<T>>,
    /// What the sum of a concatenation score is multiplied by.
    pub concat_score_weight: Option<Param<T>>,
    #[module(skip)]
    config: AttentionConfig,
}

impl<T: Float> Attention<T> {
    /// `query [b, q, d]`, `value [b, k, e]` and `key [b, k, d]` (`value` if absent) → `[b, q, e]`.
    ///
    /// # Errors
    /// If the shapes don't go together.
    pub fn forward(&self, query: &Var<T>, value: &Var<T>, key: Option<&Var<T>>) -> Result<Var<T>> {
        let key = key.unwrap_or(value);
        let fits = match (query.shape(), key.shape(), value.shape()) {
            (&[b, _, d], &[key_b, keys, key_d], &[value_b, values, _]) => {
                [b, d, keys] == [key_b, key_d, values] && b == value_b
            }
            _ => false,
        };
        if !fits {
            let message = format!(
                "query {:?}, value {:?} and key {:?}; expected query [b, q, d], value [b, k, e] and key [b, k, d]",
                query.shape(),
                value.shape(),
                key.shape()
            );
            return Err(Error::shape(WHO, message));
        }
        let scaled = |x: Var<T>| match &self.scale {
            Some(scale) => x.try_mul(&query.tape().param(scale)?),
            None => Ok(x),
        };
        let Some(weight) = &self.concat_score_weight else {
            let options = AttentionOptions::new().scale(1.0);
            return scaled(query.clone())?.scaled_dot_product_attention(key, value, &options);
        };
        let pairs = query.unsqueeze(2)?.try_add(&key.unsqueeze(1)?)?;
        let scores = scaled(pairs)?.tanh()?.sum(-1)?;
        let scores = scores.try_mul(&query.tape().param(weight)?)?;
        scores.softmax(-1)?.matmul(value)
    }
}

impl<T: Float> Layer<T> for Attention<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        let (query, value) = (args.float("query")?, args.float("value")?);
        let output = self.forward(query, value, args.optional_float("key")?)?;
        Ok(Outputs::one("output", output))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    fn run(config: AttentionConfig) -> Result<f64> {
        let attention: Attention<f64> = config.init(&mut Rng::seed(1))?;
        let tape = Tape::inference();
        let query = tape.input(Tensor::from([[[2.0]]]));
        let value = tape.input(Tensor::from([[[0.0], [1.0]]]));
        let key = tape.input(Tensor::from([[[0.5], [-1.0]]]));
        attention.forward(&query, &value, Some(&key))?.item()
    }

    #[test]
    fn both_scores_by_hand() -> Result<()> {
        let second = |a: f64, b: f64| b.exp() / (a.exp() + b.exp());
        assert!((run(AttentionConfig::new())? - second(1.0, -2.0)).abs() < 1e-15);
        let concat = run(AttentionConfig::new().score_mode(ScoreMode::Concat))?;
        assert!((concat - second(2.5_f64.tanh(), 1.0_f64.tanh())).abs() < 1e-15);
        Ok(())
    }

    #[test]
    fn shapes_that_do_not_fit_are_named() {
        let attention: Attention<f64> = AttentionConfig::new().init(&mut Rng::seed(1)).unwrap();
        let x = |shape: [usize; 3]| Tape::inference().input(Tensor::zeros(shape));
        let message = attention
            .forward(&x([2, 3, 4]), &x([2, 3, 5]), None)
            .unwrap_err();
        assert!(
            message.to_string().starts_with(
                "attention: query [2, 3, 4], value [2, 3, 5] and key [2, 3, 5]; expected"
            ),
            "{message}"
        );
    }
}
