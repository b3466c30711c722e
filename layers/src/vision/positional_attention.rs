//! Attention between rectangles of an image, with the position term in the logits: what [`MhsaWithPositionEmbedding`](super::MhsaWithPositionEmbedding) and
//! [`HaloAttention`](super::HaloAttention) share.

use crate::parameters::leaf;
use etude_autograd::{AttentionOptions, Param, Var};
use etude_tensor::{Float, Result, Tensor};

/// What attends to what: queries, scaled already, keys and values by head, and the position term of their logits.
pub(super) struct Heads<T: Float> {
    pub query: Var<T>,
    pub key: Var<T>,
    pub value: Var<T>,
    pub position: Var<T>,
}

impl<T: Float> Heads<T> {
    /// `softmax(query·keyᵀ + position) · value`, the weights with dropout in training at this rate.
    pub fn attend(&self, dropout: f64) -> Result<Var<T>> {
        self.weigh(&self.value, dropout)
    }

    /// [`attend`](Heads::attend), and the weights after dropout: they are what attention makes of the identity as values.
    pub fn attend_with_weights(&self, dropout: f64) -> Result<(Var<T>, Var<T>)> {
        let keys = self.key.shape()[self.key.rank() - 2];
        let weights = self.weigh(&self.key.tape().input(Tensor::eye(keys)), dropout)?;
        Ok((weights.matmul(&self.value)?, weights))
    }

    fn weigh(&self, value: &Var<T>, dropout: f64) -> Result<Var<T>> {
        let mut options = AttentionOptions::new()
            .scale(1.0)
            .mask(self.position.clone());
        let tape = self.query.tape();
        if tape.is_training() && dropout > 0.0 {
            options = options.dropout(dropout, tape.draw_key(None)?);
        }
        self.query
            .scaled_dot_product_attention(&self.key, value, &options)
    }
}

/// `y · weight + bias`, either of which may be absent.
pub(super) fn project<T: Float>(
    y: &Var<T>,
    weight: &Option<Param<T>>,
    bias: &Option<Param<T>>,
) -> Result<Var<T>> {
    match (leaf(y.tape(), weight)?, leaf(y.tape(), bias)?) {
        (Some(weight), Some(bias)) => y.affine(&weight, &bias),
        (Some(weight), None) => y.matmul(&weight),
        (None, Some(bias)) => y.try_add(&bias),
        (None, None) => Ok(y.clone()),
    }
}

/// The configuration of an attention with a position term: the keys that stand in it, and behind them those that both layers have.
macro_rules! positional_attention_config {
    ($(#[$doc:meta])* pub struct $name:ident { $($own:tt)* }) => {
        $(#[$doc])*
        #[etude_derive::config]
        pub struct $name {
            $($own)*
            /// How many heads attend side by side.
            #[default = 4]
            pub num_heads: usize,
            /// How many features query, key and value of a head have.
            #[default = 128]
            pub key_dim: usize,
            /// How many channels come out, if there is an output projection; those of all heads together if absent.
            pub out_shape: Option<usize>,
            /// Whether there is an output projection.
            #[default = true]
            pub out_weight: bool,
            /// Whether a bias is added last.
            #[default = false]
            pub out_bias: bool,
            /// The share of attention weights that is dropped in training, from 0 to below 1.
            #[default = 0.0]
            pub attn_dropout: f64,
            /// Whether `attention_scores` is a result too.
            #[default = false]
            pub return_attention_scores: bool,
            /// Whether the parameters are trained.
            #[default = true]
            pub trainable: bool,
        }

        impl $name {
            /// Refuses values of the keys that both layers have.
            fn check(&self) -> Result<()> {
                check_size(WHO, "num_heads", self.num_heads)?;
                check_size(WHO, "key_dim", self.key_dim)?;
                check_size(WHO, "out_shape", self.out_shape.unwrap_or(1))?;
                check_rate(WHO, "attn_dropout", self.attn_dropout)
            }

            /// How many features all heads have together, and how many channels come out.
            fn widths(&self) -> (usize, usize) {
                let heads = self.num_heads.saturating_mul(self.key_dim);
                match self.out_shape {
                    Some(out) if self.out_weight => (heads, out),
                    _ => (heads, heads),
                }
            }
        }
    };
}
pub(super) use positional_attention_config;

/// [`Layer`](crate::Layer) for a layer that has `forward` and `forward_with_scores`, and gives the scores if its configuration says so.
macro_rules! layer_with_scores {
    ($layer:ident) => {
        impl<T: Float> $crate::Layer<T> for $layer<T> {
            fn signature(&self) -> $crate::Signature {
                use $crate::{Argument, Signature};
                const TAKES: &[Argument] = &[Argument::float("x")];
                const SIGNATURE: Signature = Signature::new(stringify!($layer), TAKES, &["output"]);
                const WITH_SCORES: Signature =
                    Signature::new(stringify!($layer), TAKES, &["output", "attention_scores"]);
                match self.config.return_attention_scores {
                    true => WITH_SCORES,
                    false => SIGNATURE,
                }
            }

            fn config(&self) -> Result<serde_json::Value> {
                $crate::config::to_json(WHO, &self.config)
            }

            fn call(&self, args: &$crate::Args<T>, want: &[&str]) -> Result<$crate::Outputs<T>> {
                args.check(&$crate::Layer::<T>::signature(self), want)?;
                let x = args.float("x")?;
                if !want.contains(&"attention_scores") {
                    return Ok($crate::Outputs::one("output", self.forward(x)?));
                }
                let (y, scores) = self.forward_with_scores(x)?;
                Ok($crate::Outputs::one("output", y).with("attention_scores", scores))
            }
        }
    };
}
pub(super) use layer_with_scores;
