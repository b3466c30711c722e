//! Layers over sequences: attention in many forms, the blocks built from them, capsules and the adaptive convolution.
//!
//! What several of them share stands in a file of its own: the keys of configurations (`config`), how the parts of a layer start (`start`),
//! the checks of what it is called with (`inputs`), a dense layer for each head (`headwise_dense`), attention to what is near (`windowed`), to
//! what scores highest (`routing`) and to global positions (`global`), what a block does behind its attention (`feed_forward`). Attention with
//! positive features is the crate's `random_features`.

mod adaptive_conv2d;
mod additive_attention;
mod capsule;
mod config;
mod directions;
mod feed_forward;
mod global;
mod headwise_dense;
mod inputs;
mod kernel;
mod linear_attention;
mod linformer;
mod longformer;
mod multi_head_favor_attention;
mod performer;
mod ripple_attention;
mod routing;
mod self_attention;
mod sparse_attention;
mod start;
mod transformer_block;
mod windowed;

pub use adaptive_conv2d::{AdaptiveConv2d, AdaptiveConv2dConfig};
pub use additive_attention::{AdditiveAttention, AdditiveAttentionConfig, Attended, Context};
pub use capsule::{Capsule, CapsuleConfig};
pub use directions::Directions;
pub use feed_forward::FeedForward;
pub use global::GlobalAttention;
pub use headwise_dense::HeadwiseDense;
pub use kernel::{KernelApproximation, KernelFunction};
pub use linear_attention::{LinearAttention, LinearAttentionConfig};
pub use linformer::{Linformer, LinformerConfig};
pub use longformer::{Longformer, LongformerConfig};
pub use multi_head_favor_attention::{MultiHeadFavorAttention, MultiHeadFavorAttentionConfig};
pub use performer::{Performer, PerformerConfig};
pub use ripple_attention::{RippleAttention, RippleAttentionConfig};
pub use self_attention::{SelfAttention, SelfAttentionConfig};
pub use sparse_attention::{MaskMode, MaskParams, SparseAttention, SparseAttentionConfig};
pub use transformer_block::{Shortcut, TransformerBlock, TransformerBlockConfig};
