//! Attention: weighted sums of values, the weights from queries and keys.
//!
//! Every layer here runs on one mechanism, [`scaled_dot_product_attention`](etude_autograd::Var::scaled_dot_product_attention).

mod heads;
mod mask;
mod multi_head_attention;

pub(crate) use heads::{merge_heads, split_heads};
pub(crate) use mask::{head_mask, mask_argument};
pub use multi_head_attention::{MultiHeadAttention, MultiHeadAttentionConfig};
