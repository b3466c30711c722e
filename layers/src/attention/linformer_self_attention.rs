//! Attention to a fixed number of projected positions.

use super::{attention_dropout, merge_heads, split_heads};
use crate::config::defaults::{check_rate, check_size};
use crate::config::{Initializer, to_json};
use crate::projection::{Projection, ProjectionStart};
use crate::{Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::{AttentionOptions, Param, Var};
use etude_derive::config;
use etude_tensor::{Error, Float, Result, Rng, Shape, Tensor};
use serde_json::Value;

const WHO: &str = "linformer_self_attention";
const SIGNATURE: Signature = Signature::new(
    "LinformerSelfAttention",
    &[Argument::float("x"), Argument::float("context").optional()],
    &["output"],
);

/// The configuration of a [`LinformerSelfAttention`] layer.
#[config]
pub struct LinformerSelfAttentionConfig {
    /// How many features go in and come out.
    #[required]
    pub dim: usize,
    /// How many positions keys and values have.
    #[required]
    pub seq_len: usize,
    /// To how many positions they are projected.
    #[default = 256]
    pub k: usize,
    /// How many heads attend side by side.
    #[default = 8]
    pub heads: usize,
    /// How many features a head has; `dim/heads` if absent.
    pub dim_head: Option<usize>,
    /// Whether one head of keys and values serves all heads of queries.
    #[default = false]
    pub one_kv_head: bool,
    /// Whether the keys are the values too.
    #[default = false]
    pub share_kv: bool,
    /// The share of weights that is dropped in training.
    #[default = 0.0]
    pub dropout: f64,
    /// Whether the parameters are trained.
    #[default = true]
    pub trainable: bool,
}

impl LinformerSelfAttentionConfig {
    /// The layer, its parameters seeded from `rng`.
    ///
    /// # Errors
    /// If a size is 0, `heads` doesn't divide `dim`, or the dropout rate is outside `[0, 1)`.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<LinformerSelfAttention<T>> {
        let sizes = [
            ("dim", self.dim),
            ("seq_len", self.seq_len),
            ("k", self.k),
            ("heads", self.heads),
            ("dim_head", self.dim_head.unwrap_or(1)),
        ];
        for (key, size) in sizes {
            check_size(WHO, key, size)?;
        }
        check_rate(WHO, "dropout", self.dropout)?;
        if !self.dim.is_multiple_of(self.heads) {
            let message = format!(
                "heads {} don't divide dim {}; expected a divisor",
                self.heads, self.dim
            );
            return Err(Error::config(WHO, message));
        }
        let dim_head = self.dim_head.unwrap_or(self.dim / self.heads);
        let inner = self.heads.saturating_mul(dim_head);
        let kv = if self.one_kv_head { dim_head } else { inner };
        let mut projection = |input: usize, output: usize, bias: Option<Initializer>| {
            let start = ProjectionStart {
                weight: Initializer::Xavier,
                bias,
                trainable: self.trainable,
            };
            let projection = Projection::new(start, [input.into(), output.into()], rng);
            projection.build(input, output).map(|()| projection)
        };
        let to_q = projection(self.dim, inner, None)?;
        let to_k = projection(self.dim, kv, None)?;
        let to_v = (!self.share_kv).then(|| projection(self.dim, kv, None));
        let to_out = projection(inner, self.dim, Some(Initializer::Zeros))?;
        let mut positions = || positions(self.seq_len, self.k, self.trainable, rng);
        Ok(LinformerSelfAttention {
            to_q,
            to_k,
            proj_k: positions()?,
            to_v: to_v.transpose()?,
            proj_v: (!self.share_kv).then(positions).transpose()?,
            to_out,
            dim_head,
            config: self.clone(),
        })
    }
}

/// A matrix `[seq_len, k]`, uniform in ±1/√k.
fn positions<T: Float>(
    seq_len: usize,
    k: usize,
    trainable: bool,
    rng: &mut Rng,
) -> Result<Param<T>> {
    Shape::new(&[seq_len, k]).check_fits(WHO, size_of::<T>())?;
    let bound = 1.0 / (k as f64).sqrt();
    let draw = move |shape: &[usize], seed: u64| {
        Tensor::<T>::uniform(shape, -bound, bound, &mut Rng::seed(seed))
    };
    let mut param = Param::new(draw(&[seq_len, k], rng.next_u64())?);
    param.set_trainable(trainable);
    Ok(param)
}

/// Self-attention whose keys and values are projected to `k` positions, so that time and memory are linear in the length (Wang et al.,
/// *Linformer: Self-Attention with Linear Complexity*, 2020). With `s` the context:
///
/// ```text
/// Q = x·to_q,   K = proj_kᵀ·(s·to_k),   V = proj_vᵀ·(s·to_v)          V = K with share_kv
/// output = concat_h(softmax(Q_h·K_hᵀ/√dim_head)·V_h)·to_out.weight + to_out.bias
/// ```
///
/// | parameter | shape |
/// |---|---|
/// | `to_q.weight` | `[dim, heads·dim_head]` |
/// | `to_k.weight`, `to_v.weight` | `[dim, heads·dim_head]`, with `one_kv_head` `[dim, dim_head]`; `to_v` absent with `share_kv` |
/// | `proj_k`, `proj_v` | `[seq_len, k]`; `proj_v` absent with `share_kv` |
/// | `to_out.weight`, `to_out.bias` | `[heads·dim_head, dim]`, `[dim]` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::LinformerSelfAttentionConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let attention = LinformerSelfAttentionConfig::new(64, 128).k(32).heads(8).init(&mut Rng::seed(1))?;
/// let x = Tape::<f32>::inference().input(Tensor::zeros([16, 128, 64]));
/// assert_eq!(attention.forward(&x, None)?.shape(), [16, 128, 64]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct LinformerSelfAttention<T: Float = f32> {
    /// Makes the queries.
    pub to_q: Projection<T>,
    /// Makes the keys.
    pub to_k: Projection<T>,
    /// Projects the positions of the keys, `[seq_len, k]`.
    pub proj_k: Param<T>,
    /// Makes the values.
    pub to_v: Option<Projection<T>>,
    /// Projects the positions of the values, `[seq_len, k]`.
    pub proj_v: Option<Param<T>>,
    /// Mixes the heads.
    pub to_out: Projection<T>,
    #[module(skip)]
    dim_head: usize,
    #[module(skip)]
    config: LinformerSelfAttentionConfig,
}

impl<T: Float> LinformerSelfAttention<T> {
    /// `x [b, n, dim]`, which asks, and `context [b, seq_len, dim]`, which is looked at (`x` if absent) → `[b, n, dim]`.
    ///
    /// # Errors
    /// If the shapes don't go together, or there aren't `seq_len` positions to look at.
    pub fn forward(&self, x: &Var<T>, context: Option<&Var<T>>) -> Result<Var<T>> {
        let context = context.unwrap_or(x);
        let (dim, seq_len, heads) = (self.config.dim, self.config.seq_len, self.config.heads);
        let fits = match (x.shape(), context.shape()) {
            (&[b, _, d], &[context_b, n, context_d]) => {
                b == context_b && d == dim && context_d == dim && n == seq_len
            }
            _ => false,
        };
        if !fits {
            let message = format!(
                "x {:?} and context {:?}; expected x [b, n, {dim}] and context [b, {seq_len}, {dim}]",
                x.shape(),
                context.shape()
            );
            return Err(Error::shape(WHO, message));
        }
        let kv_heads = if self.config.one_kv_head { 1 } else { heads };
        let query = split_heads(&self.to_q.forward(WHO, x, heads * self.dim_head)?, heads)?;
        let looked_at = |to: &Projection<T>, positions: &Param<T>| {
            let positions = x.tape().param(positions)?.transpose(0, 1)?;
            let near = positions.matmul(&to.forward(WHO, context, kv_heads * self.dim_head)?)?;
            split_heads(&near, kv_heads)
        };
        let key = looked_at(&self.to_k, &self.proj_k)?;
        let value = match (&self.to_v, &self.proj_v) {
            (Some(to_v), Some(proj_v)) => looked_at(to_v, proj_v)?,
            _ => key.clone(),
        };
        let options = attention_dropout(AttentionOptions::new(), x.tape(), self.config.dropout)?;
        let output = query.scaled_dot_product_attention(&key, &value, &options)?;
        self.to_out.forward(WHO, &merge_heads(&output)?, dim)
    }
}

impl<T: Float> Layer<T> for LinformerSelfAttention<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        let output = self.forward(args.float("x")?, args.optional_float("context")?)?;
        Ok(Outputs::one("output", output))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;

    fn layer(config: LinformerSelfAttentionConfig) -> LinformerSelfAttention<f64> {
        config.init(&mut Rng::seed(1)).unwrap()
    }

    #[test]
    fn one_head_of_keys_and_values_serves_all() -> Result<()> {
        let config = LinformerSelfAttentionConfig::new(6, 4)
            .k(2)
            .heads(3)
            .one_kv_head(true);
        let one = layer(config.clone());
        let mut all = layer(config.one_kv_head(false));
        let repeat = |weight: &Param<f64>| Tensor::concat(&[weight.value()?; 3], 1);
        all.to_q = one.to_q.clone();
        all.to_k.weight.set(repeat(&one.to_k.weight)?)?;
        all.to_v
            .as_mut()
            .unwrap()
            .weight
            .set(repeat(&one.to_v.as_ref().unwrap().weight)?)?;
        (all.proj_k, all.proj_v, all.to_out) =
            (one.proj_k.clone(), one.proj_v.clone(), one.to_out.clone());
        let x = Tape::inference().input(Tensor::randn([2, 4, 6], &mut Rng::seed(2)));
        let apart = one.forward(&x, None)?.try_sub(&all.forward(&x, None)?)?;
        assert!(
            apart
                .tensor()
                .to_vec()
                .iter()
                .all(|apart| apart.abs() < 1e-15)
        );
        Ok(())
    }

    #[test]
    fn wrong_sizes_are_told_what_fits() {
        let heads = LinformerSelfAttentionConfig::new(6, 4)
            .heads(4)
            .init::<f32>(&mut Rng::seed(1));
        assert_eq!(
            heads.unwrap_err().to_string(),
            "linformer_self_attention: heads 4 don't divide dim 6; expected a divisor"
        );
        let x = Tape::inference().input(Tensor::zeros([2, 5, 6]));
        let message = layer(LinformerSelfAttentionConfig::new(6, 4).heads(2))
            .forward(&x, None)
            .unwrap_err();
        assert_eq!(
            message.to_string(),
            "linformer_self_attention: x [2, 5, 6] and context [2, 5, 6]; expected x [b, n, 6] and context [b, 4, 6]"
        );
    }
}
