//! The encoder: layers one after the other.

use super::block::stack;
use super::{TransformerEncoderLayer, TransformerEncoderLayerConfig};
use crate::attention::mask_argument;
use crate::config::defaults::check_size;
use crate::config::to_json;
use crate::{
    Activation, Args, Argument, Layer, LayerNorm, LayerNormConfig, Module, Outputs, Signature,
};
use etude_autograd::{AttentionMask, Var};
use etude_derive::config;
use etude_tensor::{Float, Result, Rng};
use serde_json::Value;

const WHO: &str = "transformer_encoder";
const SIGNATURE: Signature = Signature::new(
    "TransformerEncoder",
    &[Argument::float("src"), Argument::mask("mask").optional()],
    &["output"],
);

/// The configuration of a [`TransformerEncoder`].
#[config]
pub struct TransformerEncoderConfig {
    /// How many features there are.
    #[required]
    pub d_model: usize,
    /// How many heads attend side by side.
    #[required]
    pub nhead: usize,
    /// How many layers there are.
    #[required]
    pub num_layers: usize,
    /// How many features come out of the first of the two linear layers.
    #[default = 2048]
    pub dim_feedforward: usize,
    /// The share of elements that is dropped after each block, and between the two linear layers, in training.
    #[default = 0.1]
    pub dropout: f64,
    /// What stands between the two linear layers.
    #[default = Activation::Relu]
    pub activation: Activation,
    /// The epsilon of the norms.
    #[default = 1e-5]
    pub layer_norm_eps: f64,
    /// Whether a block's input is normalised, instead of its sum with the input.
    #[default = false]
    pub norm_first: bool,
    /// Whether attention and linear layers have biases; the norms always have them.
    #[default = true]
    pub bias: bool,
    /// Whether a norm follows the last layer.
    #[default = false]
    pub norm: bool,
    /// Whether the parameters are trained.
    #[default = true]
    pub trainable: bool,
}

impl TransformerEncoderConfig {
    /// The encoder, its parameters seeded from `rng`.
    ///
    /// # Errors
    /// If a size is 0, `nhead` doesn't divide `d_model`, the dropout rate is outside `[0, 1)`, or the epsilon is negative.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<TransformerEncoder<T>> {
        check_size(WHO, "num_layers", self.num_layers)?;
        let layer = TransformerEncoderLayerConfig {
            d_model: self.d_model,
            nhead: self.nhead,
            dim_feedforward: self.dim_feedforward,
            dropout: self.dropout,
            activation: self.activation,
            layer_norm_eps: self.layer_norm_eps,
            norm_first: self.norm_first,
            bias: self.bias,
            trainable: self.trainable,
        };
        let layers = (0..self.num_layers).map(|_| layer.init(rng));
        let layers = layers.collect::<Result<_>>()?;
        let norm = LayerNormConfig::new()
            .input_size(self.d_model)
            .epsilon(self.layer_norm_eps)
            .trainable(self.trainable);
        Ok(TransformerEncoder {
            layers,
            norm: self.norm.then(|| norm.init(rng)).transpose()?,
            config: self.clone(),
        })
    }
}

/// The Transformer's encoder: layers in order, then a norm if `norm` says so (Vaswani et al., *Attention Is All You Need*, 2017).
///
/// | parameter | shape |
/// |---|---|
/// | `layers.N.*`, N from 0 | as [`TransformerEncoderLayer`] |
/// | `norm.gamma`, `norm.beta` | `[d_model]`, only with `norm` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::TransformerEncoderConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let encoder = TransformerEncoderConfig::new(4, 2, 2).init(&mut Rng::seed(1))?;
/// let src = Tape::<f32>::inference().input(Tensor::zeros([2, 3, 4]));
/// assert_eq!(encoder.forward(&src, None)?.shape(), [2, 3, 4]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct TransformerEncoder<T: Float = f32> {
    /// The layers, first to last.
    pub layers: Vec<TransformerEncoderLayer<T>>,
    /// The norm after the last.
    pub norm: Option<LayerNorm<T>>,
    #[module(skip)]
    config: TransformerEncoderConfig,
}

impl<T: Float> TransformerEncoder<T> {
    /// `src [b, s, d_model]` and a mask as [`MultiHeadAttention::forward`](crate::MultiHeadAttention::forward) takes it, the same for
    /// all layers → the same shape.
    ///
    /// # Errors
    /// If the shapes don't go together.
    pub fn forward(&self, src: &Var<T>, mask: Option<&AttentionMask<T>>) -> Result<Var<T>> {
        stack(src, &self.layers, self.norm.as_ref(), |layer, x| {
            layer.forward(x, mask)
        })
    }
}

impl<T: Float> Layer<T> for TransformerEncoder<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        let mask = mask_argument(args, "mask")?;
        let output = self.forward(args.float("src")?, mask.as_ref())?;
        Ok(Outputs::one("output", output))
    }
}
