//! The Performer block.

use super::start::{Start, inside};
use crate::config::{Activation, Initializer};
use crate::unary::unary_layer;
use crate::{
    Argument, Dense, LayerNorm, Module, MultiHeadFavorAttention, MultiHeadFavorAttentionConfig,
    Signature,
};
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Float, Result, Rng};

const SIGNATURE: Signature = Signature::new("Performer", &[Argument::float("x")], &["output"]);

/// The configuration of a [`Performer`] block.
#[config]
pub struct PerformerConfig {
    /// How many features input and output have.
    #[required]
    pub dim: usize,
    /// How many heads attend, each on `dim / nb_heads` features.
    #[required]
    pub nb_heads: usize,
    /// How many random features all heads have together.
    #[required]
    pub nb_random_features: usize,
    /// What stands between the two layers of the feed-forward network; none if `null`.
    #[default = Some(Activation::Relu)]
    pub activation: Option<Activation>,
    /// Whether the three dense layers have biases.
    #[default = true]
    pub use_bias: bool,
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

impl PerformerConfig {
    /// The block, its parameters and random features drawn from `rng`.
    ///
    /// # Errors
    /// Those of [`MultiHeadFavorAttentionConfig::init`]; and if epsilon is negative.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<Performer<T>> {
        let (dim, heads) = (self.dim, self.nb_heads);
        let start = Start {
            weight: self.weight_initializer,
            bias: self.bias_initializer,
            trainable: self.trainable,
        };
        let dense = |from: usize, to: usize| {
            let config = start.dense(to).use_bias(self.use_bias);
            config.input_size(from)
        };
        let attention = MultiHeadFavorAttentionConfig::new(dim, heads, self.nb_random_features)
            .weight_initializer(self.weight_initializer)
            .trainable(self.trainable);
        let mut ffn1 = dense(dim, dim.saturating_mul(4));
        ffn1.activation = self.activation;
        Ok(Performer {
            attention: inside("attention", attention.init(rng))?,
            attention_out: inside(
                "attention_out",
                dense(dim.saturating_mul(heads), dim).init(rng),
            )?,
            ffn1: inside("ffn1", ffn1.init(rng))?,
            ffn2: inside("ffn2", dense(dim.saturating_mul(4), dim).init(rng))?,
            norm1: inside("norm1", start.norm(dim, self.epsilon, rng))?,
            norm2: inside("norm2", start.norm(dim, self.epsilon, rng))?,
            config: self.clone(),
        })
    }
}

/// A block around [`MultiHeadFavorAttention`], time and memory linear in the length (Choromanski et al., *Rethinking Attention with
/// Performers*, 2021):
///
/// ```text
/// y      = LN(norm1)(x + Dense(attention_out)(attention(x)))
/// output = LN(norm2)(y + Dense(ffn2)(activation(Dense(ffn1)(y))))
/// ```
///
/// with the layer normalisation `LN` over the features.
///
/// | parameter | shape |
/// |---|---|
/// | `attention.…` | those of [`MultiHeadFavorAttention`] |
/// | `attention_out.weight`, `attention_out.bias` | `[dim · nb_heads, dim]`, `[dim]` |
/// | `ffn1.weight`, `ffn1.bias` | `[dim, 4·dim]`, `[4·dim]` |
/// | `ffn2.weight`, `ffn2.bias` | `[4·dim, dim]`, `[dim]` |
/// | `norm1.gamma`, `norm1.beta`, `norm2.gamma`, `norm2.beta` | `[dim]` |
///
/// The biases are absent with `use_bias: false`.
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::PerformerConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let performer = PerformerConfig::new(64, 4, 256).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let output = performer.forward(&tape.input(Tensor::zeros([32, 20, 64])))?;
/// assert_eq!(output.shape(), [32, 20, 64]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct Performer<T: Float = f32> {
    /// The attention.
    pub attention: MultiHeadFavorAttention<T>,
    /// From all heads back to `dim` features.
    pub attention_out: Dense<T>,
    /// The first layer of the feed-forward network, with the activation.
    pub ffn1: Dense<T>,
    /// The second.
    pub ffn2: Dense<T>,
    /// After the attention.
    pub norm1: LayerNorm<T>,
    /// After the feed-forward network.
    pub norm2: LayerNorm<T>,
    #[module(skip)]
    config: PerformerConfig,
}

impl<T: Float> Performer<T> {
    /// `x [batch, positions, dim]` → the same shape.
    ///
    /// # Errors
    /// If `x` has another rank or number of features.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let heads = inside("attention", self.attention.forward(x, None))?;
        let attended = self.attention_out.forward(&heads)?;
        let y = self.norm1.forward(&x.try_add(&attended)?)?;
        let fed = self.ffn2.forward(&self.ffn1.forward(&y)?)?;
        self.norm2.forward(&y.try_add(&fed)?)
    }

    /// Draws the random features again.
    ///
    /// # Errors
    /// If they don't fit into memory.
    pub fn redraw(&mut self, rng: &mut Rng) -> Result<()> {
        inside("attention", self.attention.redraw(rng))
    }
}

unary_layer!([] Performer<T>, SIGNATURE);
