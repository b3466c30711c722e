//! FAVOR+: attention through random features, linear in the length.

mod favor_attention;
mod features;
mod linear;

pub use favor_attention::{FavorAttention, FavorAttentionConfig};
pub use features::{FeatureFactor, FeatureFunction, Randomizer};
