//! The attention, mixing and helper layers of image backbones. Images are channels last, `[batch, height, width, channels]`.

mod anti_alias_downsample;
mod batch_norm_activation;
mod bias_layer;
mod blocks;
mod channel_affine;
mod class_token;
mod conv_positional_encoding;
mod conv_relative_positional_encoding;
mod cot_attention;
mod halo_attention;
mod inputs;
mod kernel;
mod mhsa_with_position_embedding;
mod mixer_block;
mod mlp_block;
mod outlook;
mod outlook_attention;
mod outlook_attention_simple;
mod position;
mod positional_attention;
mod positional_embedding;
#[cfg(test)]
mod reference;
mod rsoftmax;
mod spatial_gating_block;
mod split_attention_conv2d;
mod squeeze_excite;
mod start;

pub use anti_alias_downsample::{AntiAliasDownsample, AntiAliasDownsampleConfig};
pub use batch_norm_activation::{BatchNormActivation, BatchNormActivationConfig};
pub use bias_layer::{BiasLayer, BiasLayerConfig};
pub use channel_affine::{ChannelAffine, ChannelAffineConfig};
pub use class_token::{ClassToken, ClassTokenConfig};
pub use conv_positional_encoding::{ConvPositionalEncoding, ConvPositionalEncodingConfig};
pub use conv_relative_positional_encoding::{
    ConvRelativePositionalEncoding, ConvRelativePositionalEncodingConfig,
};
pub use cot_attention::{CotAttention, CotAttentionConfig};
pub use halo_attention::{HaloAttention, HaloAttentionConfig};
pub use mhsa_with_position_embedding::{
    MhsaWithPositionEmbedding, MhsaWithPositionEmbeddingConfig,
};
pub use mixer_block::{MixerBlock, MixerBlockConfig};
pub use mlp_block::{MlpBlock, MlpBlockConfig};
pub use outlook_attention::{OutlookAttention, OutlookAttentionConfig};
pub use outlook_attention_simple::{OutlookAttentionSimple, OutlookAttentionSimpleConfig};
pub use positional_embedding::{PositionalEmbedding, PositionalEmbeddingConfig};
pub use rsoftmax::{RSoftmax, RSoftmaxConfig, rsoftmax};
pub use spatial_gating_block::{SpatialGatingBlock, SpatialGatingBlockConfig};
pub use split_attention_conv2d::{SplitAttentionConv2d, SplitAttentionConv2dConfig};
pub use squeeze_excite::{SqueezeExcite, SqueezeExciteConfig};
