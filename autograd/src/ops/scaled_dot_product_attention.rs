//! Scaled dot-product attention (Vaswani et al., *Attention Is All You Need*, 2017).

use crate::Var;
use crate::attention::AttentionOptions;
use etude_tensor::{Float, Result};

const OP: &str = "scaled_dot_product_attention";

impl<T: Float> Var<T> {
    /// `softmax(scale·Q·Kᵀ + mask)·V`, with the softmax over the keys. This is the query, `[…, queries, d]`; with a key `[…, keys, d]` and a value
    /// `[…, keys, e]` it gives `[…, queries, e]`. Leading axes (batch, heads) broadcast.
    ///
    /// A hidden key has a weight of exactly 0, and a query that sees no key a result of 0 and no gradient: never NaN. A float mask
    /// that is tracked is differentiated. Whoever needs the scores or the weights too calls
    /// [`attention_with_weights`](Var::attention_with_weights).
    ///
    /// # Errors
    /// If the shapes don't go together, a mask doesn't broadcast to `[…, queries, keys]`, the dropout rate is outside `[0, 1)`, or
    /// the variables are on different tapes.
    pub fn scaled_dot_product_attention(
        &self,
        key: &Var<T>,
        value: &Var<T>,
        options: &AttentionOptions<T>,
    ) -> Result<Var<T>> {
        self.attention_parts(OP, key, value, options)
            .map(|parts| parts.output)
    }
}
