//! The Linformer block.

use super::kernel::{KernelApproximation, KernelFunction};
use super::start::{Start, inside};
use crate::config::{Initializer, to_json};
use crate::{
    Args, Argument, Dense, Layer, LayerNorm, LinearAttention, LinearAttentionConfig, Module,
    Outputs, Signature,
};
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Float, Result, Rng};
use serde_json::Value;

const WHO: &str = "linformer";
const SIGNATURE: Signature = Signature::new("Linformer", &[Argument::float("x")], &["output"]);

/// The configuration of a [`Linformer`] block.
#[config]
pub struct LinformerConfig {
    /// How many features input and output have.
    #[required]
    pub dim: usize,
    /// How many heads attend, each on its own slice of `dim / num_heads` features.
    #[required]
    pub num_heads: usize,
    /// What a query and a key weigh together.
    #[default = KernelFunction::Gaussian]
    pub kernel_function: KernelFunction,
    /// How the kernel is computed.
    #[default = KernelApproximation::LowRank]
    pub kernel_approximation: KernelApproximation,
    /// How many features a head has.
    #[default = 32]
    pub rank: usize,
    /// What queries and keys are divided by; with `low_rank` where that parameter starts.
    #[default = 1.0]
    pub sigma: f64,
    /// What both normalisations add to the variance.
    #[default = 1e-6]
    pub epsilon: f64,
    /// What the weights start from.
    #[default = Initializer::Xavier]
    pub weight_initializer: Initializer,
    /// What the biases start from.
    #[default = Initializer::Zeros]
    pub bias_initializer: Initializer,
    /// Whether the parameters are trained.
    #[default = true]
    pub trainable: bool,
}

impl LinformerConfig {
    /// The block, its parameters and random features drawn from `rng`.
    ///
    /// # Errors
    /// Those of [`LinearAttentionConfig::init`]; and if epsilon is negative.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<Linformer<T>> {
        let start = Start {
            weight: self.weight_initializer,
            bias: self.bias_initializer,
            trainable: self.trainable,
        };
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
#[derive(Clone, Module)]
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
