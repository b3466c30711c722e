//! What encoder and decoder layers share: their keys, how they are put together, and how a block's result meets its input.

use super::config::transformer_config;
use crate::config::defaults::{check_rate, check_size};
use crate::regularization::drop;
use crate::{
    ActivationFn, Dense, DenseConfig, LayerNorm, LayerNormConfig, MultiHeadAttention,
    MultiHeadAttentionConfig,
};
use etude_autograd::{AttentionMask, Var};
use etude_tensor::{Error, Float, Result, Rng};

transformer_config! {
    /// The configuration of a [`TransformerEncoderLayer`](crate::TransformerEncoderLayer) or of a
    /// [`TransformerDecoderLayer`](crate::TransformerDecoderLayer), which have the same keys.
    pub struct TransformerLayerConfig {
        /// How many features there are.
        #[required]
        pub d_model: usize,
        /// How many heads attend side by side.
        #[required]
        pub nhead: usize,
    }
}

impl TransformerLayerConfig {
    pub(super) fn check(&self, who: &str) -> Result<()> {
        check_size(who, "d_model", self.d_model)?;
        check_size(who, "nhead", self.nhead)?;
        check_size(who, "dim_feedforward", self.dim_feedforward)?;
        check_rate(who, "dropout", self.dropout)?;
        if self.d_model.is_multiple_of(self.nhead) {
            return Ok(());
        }
        let message = format!(
            "nhead {} doesn't divide d_model {}; expected a divisor",
            self.nhead, self.d_model
        );
        Err(Error::config(who, message))
    }

    pub(super) fn attention<T: Float>(&self, rng: &mut Rng) -> Result<MultiHeadAttention<T>> {
        MultiHeadAttentionConfig::new(self.nhead)
            .n_state(self.d_model)
            .input_size(self.d_model)
            .use_bias(self.bias)
            .trainable(self.trainable)
            .init(rng)
    }

    pub(super) fn linear<T: Float>(
        &self,
        input: usize,
        output: usize,
        rng: &mut Rng,
    ) -> Result<Dense<T>> {
        DenseConfig::new(output)
            .input_size(input)
            .use_bias(self.bias)
            .trainable(self.trainable)
            .init(rng)
    }

    pub(super) fn layer_norm<T: Float>(&self, rng: &mut Rng) -> Result<LayerNorm<T>> {
        LayerNormConfig::new()
            .input_size(self.d_model)
            .epsilon(self.layer_norm_eps)
            .trainable(self.trainable)
            .init(rng)
    }

    /// `drop(x)`.
    pub(super) fn dropped<T: Float>(&self, x: &Var<T>) -> Result<Var<T>> {
        drop(x, self.dropout, x.shape(), None)
    }

    /// `norm(u + block(u))`, or with `norm_first` `u + block(norm(u))`. Errors of the norm name it.
    pub(super) fn residual<T: Float>(
        &self,
        u: &Var<T>,
        norm: (&str, &LayerNorm<T>),
        block: impl FnOnce(&Var<T>) -> Result<Var<T>>,
    ) -> Result<Var<T>> {
        let (path, norm) = norm;
        let normalise = |u: &Var<T>| norm.forward(u).map_err(|err| err.in_layer(path));
        if self.norm_first {
            u.try_add(&block(&normalise(u)?)?)
        } else {
            normalise(&u.try_add(&block(u)?)?)
        }
    }

    /// `drop(attention(u))`, with queries from `u`, keys and values from `xa`.
    pub(super) fn attend<T: Float>(
        &self,
        attention: (&str, &MultiHeadAttention<T>),
        u: &Var<T>,
        xa: Option<&Var<T>>,
        mask: Option<&AttentionMask<T>>,
    ) -> Result<Var<T>> {
        let (path, attention) = attention;
        let output = attention.forward(u, xa, mask);
        self.dropped(&output.map_err(|err| err.in_layer(path))?)
    }

    /// `drop(linear2(drop(act(linear1(u)))))`.
    pub(super) fn feed_forward<T: Float>(
        &self,
        u: &Var<T>,
        linear1: &Dense<T>,
        activation: &ActivationFn<T>,
        linear2: &Dense<T>,
    ) -> Result<Var<T>> {
        let inner = linear1.activated(u, activation);
        let inner = self.dropped(&inner.map_err(|err| err.in_layer("linear1"))?)?;
        let outer = linear2.forward(&inner);
        self.dropped(&outer.map_err(|err| err.in_layer("linear2"))?)
    }
}
