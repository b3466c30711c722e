//! The Linformer block.

use super::config::sequence_config;
use super::start::inside;
use crate::config::to_json;
use crate::{
    Args, Argument, Dense, Layer, LayerNorm, LinearAttention, LinearAttentionConfig, Module,
    Outputs, Signature,
};
use etude_autograd::Var;
use etude_tensor::{Float, Result, Rng};
use serde_json::Value;

const WHO: &str = "linformer";
const SIGNATURE: Signature = Signature::new("Linformer", &[Argument::float("x")], &["output"]);

sequence_config! {
    /// The configuration of a [`Linformer`] block.
    pub struct LinformerConfig {
        ..heads,
        ..kernel,
        ..norm_epsilon,
        ..weights_and_biases,
    }
}

impl LinformerConfig {
    /// The block, its parameters and random features drawn from `rng`.
    ///
    /// # Errors
    /// Those of [`LinearAttentionConfig::init`]; and if epsilon is negative.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<Linformer<T>> {
        let start = self.start();
        let attention = LinearAttentionConfig::new(self.dim, self.num_heads)
            .kernel_function(self.kernel_function)
            .kernel_approximation(self.kernel_approximation)
            .rank(self.rank)
            .sigma(self.sigma)
            .weight_initializer(self.weight_initializer)
            .bias_initializer(self.bias_initializer)
            .trainable(self.trainable);
        Ok(Linformer {
            attention: inside("attention", attention.init(rng))?,
            ffn: inside("ffn", start.dense(self.dim).input_size(self.dim).init(rng))?,
            norm1: inside("norm1", start.norm(self.dim, self.epsilon, rng))?,
            norm2: inside("norm2", start.norm(self.dim, self.epsilon, rng))?,
            config: self.clone(),
        })
    }
}

/// A block around [`LinearAttention`], time and memory linear in the length (unless the approximation is `exact`):
///
/// ```text
/// y      = LN(norm1)(x + attention(x))
/// output = LN(norm2)(y + Dense(ffn)(y))
/// ```
///
/// with the layer normalisation `LN` over the features. (Wang et al., *Linformer*, 2020, project keys and values along the sequence;
/// the layer that does is `LinformerSelfAttention`.)
///
/// | parameter | shape |
/// |---|---|
/// | `attention.…` | those of [`LinearAttention`] |
/// | `ffn.weight`, `ffn.bias` | `[dim, dim]`, `[dim]` |
/// | `norm1.gamma`, `norm1.beta`, `norm2.gamma`, `norm2.beta` | `[dim]` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::LinformerConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let linformer = LinformerConfig::new(64, 4).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let output = linformer.forward(&tape.input(Tensor::zeros([32, 20, 64])))?;
/// assert_eq!(output.shape(), [32, 20, 64]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct Linformer<T: Float = f32> {
    /// The attention.
    pub attention: LinearAttention<T>,
    /// The feed-forward network: one dense layer.
    pub ffn: Dense<T>,
    /// After the attention.
    pub norm1: LayerNorm<T>,
    /// After the feed-forward network.
    pub norm2: LayerNorm<T>,
    #[module(skip)]
    config: LinformerConfig,
}

impl<T: Float> Linformer<T> {
    /// `x [batch, positions, dim]` → the same shape.
    ///
    /// # Errors
    /// If `x` has another rank or number of features.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let attended = inside("attention", self.attention.forward(x, None))?;
        let y = self.norm1.forward(&x.try_add(&attended)?)?;
        self.norm2.forward(&y.try_add(&self.ffn.forward(&y)?)?)
    }

    /// Draws the random features again.
    ///
    /// # Errors
    /// If the block has none, which only `random_features` has.
    pub fn redraw(&mut self, rng: &mut Rng) -> Result<()> {
        inside("attention", self.attention.redraw(rng))
    }
}

impl<T: Float> Layer<T> for Linformer<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        inside("attention", self.attention.check_named())?;
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        Ok(Outputs::one("output", self.forward(args.float("x")?)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KernelApproximation;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn what_does_not_fit_is_named() {
        let message = |config: LinformerConfig| {
            let block = config.init::<f32>(&mut Rng::seed(1));
            block.unwrap_err().to_string()
        };
        assert_eq!(
            message(LinformerConfig::new(6, 4)),
            "linear_attention: 'attention' num_heads 4 doesn't divide dim 6; expected a divisor"
        );
        assert!(message(LinformerConfig::new(6, 2).sigma(-1.0)).contains("sigma is -1"));
        assert!(
            message(LinformerConfig::new(6, 2).epsilon(-1.0)).contains("'norm1' epsilon is -1")
        );
    }

    #[test]
    fn only_random_features_can_be_redrawn() -> Result<()> {
        let config = LinformerConfig::new(6, 2);
        let mut trained: Linformer<f64> = config.init(&mut Rng::seed(1))?;
        let message = trained.redraw(&mut Rng::seed(2)).unwrap_err().to_string();
        assert!(
            message.starts_with("linear_attention: 'attention' has no random features"),
            "{message}"
        );
        let config = config.kernel_approximation(KernelApproximation::RandomFeatures);
        let mut random: Linformer<f64> = config.init(&mut Rng::seed(1))?;
        let x = Tensor::randn([1, 5, 6], &mut Rng::seed(3));
        let run = |block: &Linformer<f64>| -> Result<Tensor<f64>> {
            Ok(block
                .forward(&Tape::inference().input(x.clone()))?
                .into_tensor())
        };
        let before = run(&random)?;
        random.redraw(&mut Rng::seed(2))?;
        assert_ne!(run(&random)?, before);
        Ok(())
    }
}
