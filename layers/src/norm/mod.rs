//! Normalisations.

mod batch_norm;
mod config;
mod group_norm;
mod layer_norm;
mod moments;
mod rms_norm;

pub use batch_norm::{BatchNorm, BatchNormConfig};
pub use group_norm::{GroupNorm, GroupNormConfig};
pub use layer_norm::{LayerNorm, LayerNormConfig};
pub use rms_norm::{RmsNorm, RmsNormConfig};
