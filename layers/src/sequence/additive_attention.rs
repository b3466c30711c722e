//! Additive attention.

use super::config::sequence_config;
use super::inputs::sequence;
use super::start::inside;
use crate::config::defaults::check_size;
use crate::config::names::names;
use crate::config::to_json;
use crate::{Args, Argument, Dense, Layer, Module, Outputs, Signature};
use etude_autograd::Var;
use etude_tensor::{Error, Float, Result, Rng};
use serde_json::Value;

const WHO: &str = "additive_attention";
const SIGNATURE: Signature = Signature::new(
    "AdditiveAttention",
    &[
        Argument::float("en_h"),
        Argument::float("de_h"),
        Argument::float("score_en_h").optional(),
    ],
    &["context_vector", "score_en_h", "attention_weights"],
);

names! {
    /// What an [`AdditiveAttention`] sums.
    pub enum Context("context") {
        /// The projected encoder states, `score_en_h`.
        Projection = "projection",
        /// The encoder states themselves, `en_h`.
        Encoder = "encoder",
    }
}

sequence_config! {
    /// The configuration of an [`AdditiveAttention`].
    pub struct AdditiveAttentionConfig {
        /// The hidden size, in which encoder and decoder states are compared.
        #[required]
        pub output_size: usize,
        /// How many features the states have; from the first input if absent.
        pub input_size: Option<usize>,
        /// What is summed.
        #[default = Context::Projection]
        pub context: Context,
        ..weights,
    }
}

impl AdditiveAttentionConfig {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If a size is 0, or an initializer doesn't suit its parameter.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<AdditiveAttention<T>> {
        check_size(WHO, "output_size", self.output_size)?;
        if let Some(input_size) = self.input_size {
            check_size(WHO, "input_size", input_size)?;
        }
        let start = self.start();
        Ok(AdditiveAttention {
            query: start.product(self.input_size, self.output_size, rng)?,
            key: start.product(self.input_size, self.output_size, rng)?,
            score: start.product(Some(self.output_size), 1, rng)?,
            config: self.clone(),
        })
    }
}

/// Additive attention of a decoder state over encoder states (Bahdanau, Cho and Bengio, *Neural Machine Translation by Jointly Learning to
/// Align and Translate*, 2014):
///
/// ```text
/// score_en_h        = en_h · query.weight                     unless it is given
/// e[b,t]            = tanh(score_en_h[b,t] + de_h[b] · key.weight) · score.weight
/// attention_weights = softmax of e over t
/// context_vector[b] = Σ_t attention_weights[b,t] · score_en_h[b,t]      (en_h[b,t] with context: encoder)
/// ```
///
/// `score_en_h` doesn't depend on the decoder's state: a decoder computes it once and hands it in from the second step on.
///
/// | parameter | shape |
/// |---|---|
/// | `query.weight`, `key.weight` | `[in, out]` |
/// | `score.weight` | `[out, 1]` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::AdditiveAttentionConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let attention_layer = AdditiveAttentionConfig::new(128).input_size(64).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let encoder_hidden_states = tape.input(Tensor::zeros([32, 10, 64]));
/// let decoder_hidden_state = tape.input(Tensor::zeros([32, 64]));
/// let attended = attention_layer.forward(&encoder_hidden_states, &decoder_hidden_state, None)?;
/// assert_eq!(attended.context_vector.shape(), [32, 128]);
/// assert_eq!(attended.score_en_h.shape(), [32, 10, 128]);
/// assert_eq!(attended.attention_weights.shape(), [32, 10]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct AdditiveAttention<T: Float = f32> {
    /// For the encoder states.
    pub query: Dense<T>,
    /// For the decoder state.
    pub key: Dense<T>,
    /// From hidden features to a score.
    pub score: Dense<T>,
    #[module(skip)]
    config: AdditiveAttentionConfig,
}

/// What an [`AdditiveAttention`] gives.
#[derive(Clone, Debug)]
pub struct Attended<T: Float = f32> {
    /// The weighted sum, `[batch, out]`, or `[batch, in]` with [`Context::Encoder`].
    pub context_vector: Var<T>,
    /// The projected encoder states `[batch, positions, out]`, for the next call.
    pub score_en_h: Var<T>,
    /// How much each encoder state counts, `[batch, positions]`.
    pub attention_weights: Var<T>,
}

impl<T: Float> AdditiveAttention<T> {
    /// `en_h [batch, positions, in]` and `de_h [batch, in]` → [`Attended`]. With `score_en_h [batch, positions, out]` from an earlier call
    /// the encoder states aren't projected again.
    ///
    /// # Errors
    /// If an argument has another rank, batches, positions or features don't agree, or they aren't those that the layer was made for.
    pub fn forward(
        &self,
        en_h: &Var<T>,
        de_h: &Var<T>,
        score_en_h: Option<&Var<T>>,
    ) -> Result<Attended<T>> {
        let [batch, positions, features] = sequence(WHO, "en_h", en_h)?;
        if de_h.shape() != [batch, features] {
            let message = format!(
                "de_h has shape {:?} and en_h {:?}; expected [batch, features] and [batch, positions, features]",
                de_h.shape(),
                en_h.shape()
            );
            return Err(Error::shape(WHO, message));
        }
        let hidden = self.config.output_size;
        self.query.make(features)?;
        let score_en_h = match score_en_h {
            None => inside("query", self.query.forward(en_h))?,
            Some(given) if given.shape() == [batch, positions, hidden] => given.clone(),
            Some(given) => {
                let message = format!(
                    "score_en_h has shape {:?}; expected {:?}, the projection of en_h {:?}",
                    given.shape(),
                    [batch, positions, hidden],
                    en_h.shape()
                );
                return Err(Error::shape(WHO, message));
            }
        };
        let key = inside("key", self.key.forward(de_h))?.unsqueeze(1)?;
        let e = self.score.forward(&score_en_h.try_add(&key)?.tanh()?)?;
        let attention_weights = e.squeeze(-1)?.softmax(-1)?;
        let summed = match self.config.context {
            Context::Projection => &score_en_h,
            Context::Encoder => en_h,
        };
        let context_vector = attention_weights.unsqueeze(1)?.matmul(summed)?.squeeze(1)?;
        Ok(Attended {
            context_vector,
            score_en_h,
            attention_weights,
        })
    }
}

impl<T: Float> Layer<T> for AdditiveAttention<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        let given = args.get("score_en_h");
        let given = given.map(|_| args.float("score_en_h")).transpose()?;
        let attended = self.forward(args.float("en_h")?, args.float("de_h")?, given)?;
        Ok(Outputs::one("context_vector", attended.context_vector)
            .with("score_en_h", attended.score_en_h)
            .with("attention_weights", attended.attention_weights))
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

    fn layer(config: AdditiveAttentionConfig) -> AdditiveAttention<f64> {
        config.init(&mut Rng::seed(1)).unwrap()
    }

    #[test]
    fn a_projection_that_is_handed_in_is_used_and_returned() -> Result<()> {
        let layer = layer(AdditiveAttentionConfig::new(4));
        let tape = Tape::new();
        let (en_h, de_h) = (
            tape.input(numbers(&[2, 5, 3], 2)),
            tape.input(numbers(&[2, 3], 3)),
        );
        let first = layer.forward(&en_h, &de_h, None)?;
        let again = layer.forward(&en_h, &de_h, Some(&first.score_en_h))?;
        assert_eq!(again.context_vector.tensor(), first.context_vector.tensor());
        let other = tape.var(numbers(&[2, 5, 4], 4));
        let attended = layer.forward(&en_h, &de_h, Some(&other))?;
        assert_eq!(attended.score_en_h.tensor(), other.tensor());
        let gradients = attended.context_vector.sum(..)?.backward()?;
        assert!(gradients.param(&layer.query.weight).is_none());
        assert!(gradients.param(&layer.key.weight).is_some());
        Ok(())
    }

    #[test]
    fn encoder_states_are_summed_on_request() -> Result<()> {
        let layer = layer(AdditiveAttentionConfig::new(4).context(Context::Encoder));
        let tape = Tape::inference();
        let en_h = numbers(&[2, 5, 3], 2);
        let attended = layer.forward(
            &tape.input(en_h.clone()),
            &tape.input(numbers(&[2, 3], 3)),
            None,
        )?;
        let weights = attended.attention_weights.tensor();
        for b in 0..2 {
            for f in 0..3 {
                let sum: f64 = (0..5)
                    .map(|t| weights.at(&[b, t]).unwrap() * en_h.at(&[b, t, f]).unwrap())
                    .sum();
                assert!((attended.context_vector.tensor().at(&[b, f])? - sum).abs() < 1e-14);
            }
        }
        Ok(())
    }

    #[test]
    fn nothing_to_attend_to_sums_to_0() -> Result<()> {
        let layer = layer(AdditiveAttentionConfig::new(4));
        let tape = Tape::inference();
        let none = tape.input(Tensor::zeros([2, 0, 3]));
        let attended = layer.forward(&none, &tape.input(numbers(&[2, 3], 3)), None)?;
        assert_eq!(attended.context_vector.tensor(), &Tensor::zeros([2, 4]));
        Ok(())
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let layer = layer(AdditiveAttentionConfig::new(4));
        let tape = Tape::inference();
        let x = |shape: &[usize]| tape.input(Tensor::zeros(shape));
        let message = |en_h: &[usize], de_h: &[usize], score: Option<&[usize]>| {
            let score = score.map(x);
            let attended = layer.forward(&x(en_h), &x(de_h), score.as_ref());
            attended.unwrap_err().to_string()
        };
        assert_eq!(
            message(&[2, 3], &[2, 3], None),
            "additive_attention: en_h has shape [2, 3]; expected [batch, positions, features]"
        );
        assert!(message(&[2, 5, 3], &[3, 3], None).contains("de_h has shape [3, 3]"));
        assert!(message(&[2, 5, 3], &[2, 3], Some(&[2, 5, 3])).contains("expected [2, 5, 4]"));
    }
}
