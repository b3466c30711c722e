//! What encoder and decoder share: their keys, and layers one after the other.

use super::TransformerLayerConfig;
use crate::config::defaults::check_size;
use crate::{Activation, LayerNorm};
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Float, Result, Rng};

/// The configuration of a [`TransformerEncoder`](crate::TransformerEncoder) or of a
/// [`TransformerDecoder`](crate::TransformerDecoder), which have the same keys.
#[config]
pub struct TransformerStackConfig {
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

/// The layers, and the norm behind them if there is one.
type Parts<T, L> = (Vec<L>, Option<LayerNorm<T>>);

impl TransformerStackConfig {
    /// The parts of a stack: `layer` makes one layer.
    pub(super) fn parts<T: Float, L>(
        &self,
        who: &str,
        rng: &mut Rng,
        layer: impl Fn(&TransformerLayerConfig, &mut Rng) -> Result<L>,
    ) -> Result<Parts<T, L>> {
        check_size(who, "num_layers", self.num_layers)?;
        let each = TransformerLayerConfig {
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
        let layers = (0..self.num_layers).map(|_| layer(&each, rng));
        let layers = layers.collect::<Result<_>>()?;
        let norm = self.norm.then(|| each.layer_norm(rng)).transpose()?;
        Ok((layers, norm))
    }
}

/// The stack's layers in order, then the norm, if there is one. `layer` runs one layer.
pub(super) fn stack<T: Float, L>(
    x: &Var<T>,
    layers: &[L],
    norm: Option<&LayerNorm<T>>,
    layer: impl Fn(&L, &Var<T>) -> Result<Var<T>>,
) -> Result<Var<T>> {
    let mut y = x.clone();
    for (index, each) in layers.iter().enumerate() {
        y = layer(each, &y).map_err(|err| err.in_layer(&format!("layers.{index}")))?;
    }
    match norm {
        Some(norm) => norm.forward(&y).map_err(|err| err.in_layer("norm")),
        None => Ok(y),
    }
}
