//! Normalisation.

mod batch_norm;
mod layer_norm;

pub use batch_norm::{BatchNorm, BatchNormConfig};
pub use layer_norm::{LayerNorm, LayerNormConfig};
