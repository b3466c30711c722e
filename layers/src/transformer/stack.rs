//! What encoder and decoder share: their keys, and layers one after the other.

use super::TransformerLayerConfig;
use super::config::transformer_config;
use crate::LayerNorm;
use crate::config::defaults::check_size;
use etude_autograd::{Module, Var};
use etude_tensor::{Error, Float, Result, Rng, Shape};

transformer_config! {
    /// The configuration of a [`TransformerEncoder`](crate::TransformerEncoder) or of a
    /// [`TransformerDecoder`](crate::TransformerDecoder), which have the same keys.
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
        /// Whether a norm follows the last layer.
        #[default = false]
        pub norm: bool,
    }
}

/// The layers, and the norm behind them if there is one.
type Parts<T, L> = (Vec<L>, Option<LayerNorm<T>>);

impl TransformerStackConfig {
    /// The parts of a stack: `layer` makes one layer.
    pub(super) fn parts<T: Float, L: Module<T>>(
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
        let mut layers = vec![layer(&each, rng)?];
        let numbers = layers[0].param_count()?;
        let all = Shape::new(&[self.num_layers, numbers]);
        if all.check_fits(who, size_of::<T>()).is_err() {
            let message = format!(
                "num_layers {} of {numbers} numbers each don't fit into memory",
                self.num_layers
            );
            return Err(Error::config(who, message));
        }
        for _ in 1..self.num_layers {
            layers.push(layer(&each, rng)?);
        }
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
