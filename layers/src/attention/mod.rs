//! Attention: weighted sums of values, the weights from queries and keys.
//!
//! Every softmax attention here runs on one mechanism, [`scaled_dot_product_attention`](etude_autograd::Var::scaled_dot_product_attention), or where the
//! scores are changed on the way, on [`masked_softmax`](etude_autograd::Var::masked_softmax).

#[allow(clippy::module_inception)]
// the folder is about attention in general, the file about one layer
mod attention;
mod dropout;
mod favor;
mod heads;
mod linformer_self_attention;
mod mask;
mod multi_head_attention;
mod places;
mod talking_heads_attention;

pub use attention::{Attention, AttentionConfig, ScoreMode};
pub(crate) use dropout::attention_dropout;
pub use favor::{FavorAttention, FavorAttentionConfig, FeatureFactor, FeatureFunction, Randomizer};
pub(crate) use heads::{merge_heads, split_heads};
pub use linformer_self_attention::{LinformerSelfAttention, LinformerSelfAttentionConfig};
pub(crate) use mask::{head_mask, mask_argument};
pub use multi_head_attention::{MultiHeadAttention, MultiHeadAttentionConfig};
pub use talking_heads_attention::{Talk, TalkingHeadsAttention, TalkingHeadsAttentionConfig};
