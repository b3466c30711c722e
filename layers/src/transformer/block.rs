//! What encoder and decoder layers share: their keys, how they are put together, and how a block's result meets its input.

use crate::config::defaults::{check_rate, check_size};
use crate::regularization::drop;
use crate::{
    ActivationFn, Dense, DenseConfig, LayerNorm, LayerNormConfig, MultiHeadAttention,
    MultiHeadAttentionConfig,
};
use etude_autograd::{AttentionMask, Var};
use etude_tensor::{Error, Float, Result, Rng};

/// The keys that all configurations of this folder have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    pub d_model: usize,
    pub nhead: usize,
    pub dim_feedforward: usize,
    pub dropout: f64,
    pub layer_norm_eps: f64,
    pub norm_first: bool,
    pub bias: bool,
    pub trainable: bool,
}

impl Sizes {
    pub fn check(&self, who: &str) -> Result<()> {
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

    pub fn attention<T: Float>(&self, rng: &mut Rng) -> Result<MultiHeadAttention<T>> {
        MultiHeadAttentionConfig::new(self.nhead)
            .n_state(self.d_model)
            .input_size(self.d_model)
            .use_bias(self.bias)
            .trainable(self.trainable)
            .init(rng)
    }

    pub fn dense<T: Float>(&self, input: usize, output: usize, rng: &mut Rng) -> Result<Dense<T>> {
        DenseConfig::new(output)
            .input_size(input)
            .use_bias(self.bias)
            .trainable(self.trainable)
            .init(rng)
    }

    pub fn norm<T: Float>(&self, rng: &mut Rng) -> Result<LayerNorm<T>> {
        LayerNormConfig::new()
            .input_size(self.d_model)
            .epsilon(self.layer_norm_eps)
            .trainable(self.trainable)
            .init(rng)
    }

    /// `drop(x)`.
    pub fn drop<T: Float>(&self, x: &Var<T>) -> Result<Var<T>> {
        drop(x, self.dropout, x.shape(), None)
    }

    /// `norm(u + block(u))`, or with `norm_first` `u + block(norm(u))`. Errors of the norm name it.
    pub fn residual<T: Float>(
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
    pub fn attend<T: Float>(
        &self,
        attention: (&str, &MultiHeadAttention<T>),
        u: &Var<T>,
        xa: Option<&Var<T>>,
        mask: Option<&AttentionMask<T>>,
    ) -> Result<Var<T>> {
        let (path, attention) = attention;
        let output = attention.forward(u, xa, mask);
        self.drop(&output.map_err(|err| err.in_layer(path))?)
    }

    /// `drop(linear2(drop(act(linear1(u)))))`.
    pub fn feed_forward<T: Float>(
        &self,
        u: &Var<T>,
        linear1: &Dense<T>,
        activation: &ActivationFn<T>,
        linear2: &Dense<T>,
    ) -> Result<Var<T>> {
        let inner = linear1.forward(u).map_err(|err| err.in_layer("linear1"))?;
        let inner = self.drop(&activation.apply(&inner)?)?;
        let outer = linear2.forward(&inner);
        self.drop(&outer.map_err(|err| err.in_layer("linear2"))?)
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
