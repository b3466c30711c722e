//! Linear attention.

use super::config::sequence_config;
use super::directions::Directions;
use super::headwise_dense::HeadwiseDense;
use super::inputs::key_source;
use super::kernel::{KernelApproximation, KernelFn, KernelFunction, elu_feature};
use super::start::{inside, per_head};
use crate::attention::merge_heads;
use crate::config::defaults::check_size;
use crate::config::to_json;
use crate::random_features::{attend, attend_exponents, ratio};
use crate::{Args, Argument, Dense, Layer, Module, Outputs, Signature};
use etude_autograd::{AttentionOptions, Param, Var};
use etude_tensor::{Axes, Error, Float, Result, Rng, Tensor};
use serde_json::Value;
use std::sync::Arc;

const WHO: &str = "linear_attention";
const SIGNATURE: Signature = Signature::new(
    "LinearAttention",
    &[
        Argument::float("data1"),
        Argument::float("data2").optional(),
    ],
    &["output"],
);

sequence_config! {
    /// The configuration of a [`LinearAttention`].
    pub struct LinearAttentionConfig {
        ..heads,
        ..kernel,
        ..weights_and_biases,
    }
}

impl LinearAttentionConfig {
    /// The layer, its parameters and random features drawn from `rng`.
    ///
    /// # Errors
    /// If a size is 0, the heads don't divide `dim`, `sigma` isn't positive, or an initializer doesn't suit its parameter.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<LinearAttention<T>> {
        let heads = self.num_heads;
        let width = per_head(WHO, ("dim", self.dim), ("num_heads", heads))?;
        check_size(WHO, "rank", self.rank)?;
        if !(self.sigma > 0.0 && self.sigma.is_finite()) {
            let message = format!("sigma is {}; expected a number above 0", self.sigma);
            return Err(Error::config(WHO, message));
        }
        let start = self.start();
        let headwise = |rng: &mut Rng| HeadwiseDense::new(start, heads, width, rng);
        let shape = [heads, width, self.rank];
        Ok(LinearAttention {
            query: headwise(rng)?,
            key: headwise(rng)?,
            value: headwise(rng)?,
            out: start.dense(self.dim).input_size(self.dim).init(rng)?,
            projection: match self.kernel_approximation {
                KernelApproximation::LowRank => Directions::trained(shape, self.trainable, rng)?,
                KernelApproximation::RandomFeatures => Directions::random(shape, rng)?,
                KernelApproximation::Exact => Directions::None,
            },
            sigma: (self.kernel_approximation == KernelApproximation::LowRank).then(|| {
                let mut sigma = Param::new(Tensor::full([1], T::from_f64(self.sigma)));
                sigma.set_trainable(self.trainable);
                sigma
            }),
            kernel: KernelFn::Named(self.kernel_function),
            config: self.clone(),
        })
    }
}

/// Attention whose weights are a kernel of query and key, divided by the sum over the keys (Katharopoulos et al., *Transformers are RNNs*, 2020;
/// Choromanski et al., *Rethinking Attention with Performers*, 2021). Heads project their own slice of the input; for head `a`:
///
/// ```text
/// q = data1[.., slice a] · query.weight[a] + query.bias[a];  k, v from data2 alike
/// u = q/σ,  w = k/σ                            softmax kernel: u = q/(σ d^¼), w = k/(σ d^¼)
/// z_i = Σ_j K(u_i, w_j) v_j / Σ_j K(u_i, w_j)
/// output = (heads of z side by side) · out.weight + out.bias
/// ```
///
/// | `kernel_function` | `K(u, w)` if `exact` | else features: `K(u, w) = ψ(u)·ψ(w)` with `P = projection[a]` |
/// |---|---|---|
/// | `gaussian` | `exp(−½ ∣u − w∣²)` | `ψ(u) = exp(u·P − ∣u∣²)` |
/// | `softmax` | `exp(u·w)` | `ψ(u) = exp(u·P − ½ ∣u∣²)` |
/// | `elu` | `φ(u)·φ(w)`, `φ(t) = elu(t) + 1` | `ψ(u) = φ(u·P)` |
///
/// With features, and for `elu` always, `z` is `ψ(q) (ψ(k)ᵀ v)` over `ψ(q) Σ_j ψ(k_j)`: time and memory are linear in the lengths. The other
/// exact kernels take time in proportion to the product of the lengths.
///
/// | parameter | shape |
/// |---|---|
/// | `query.weight`, `key.weight`, `value.weight` | `[h, d, d]` |
/// | `query.bias`, `key.bias`, `value.bias` | `[h, d]` |
/// | `out.weight`, `out.bias` | `[dim, dim]`, `[dim]` |
/// | `projection` | `[h, d, rank]`: trained with `low_rank`, a buffer with `random_features`, absent if `exact` |
/// | `sigma` | `[1]`, with `low_rank` only |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::LinearAttentionConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let linear_attn = LinearAttentionConfig::new(16, 8).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let output_data = linear_attn.forward(&tape.input(Tensor::zeros([64, 10, 16])), None)?;
/// assert_eq!(output_data.shape(), [64, 10, 16]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct LinearAttention<T: Float = f32> {
    /// Makes each head's queries.
    pub query: HeadwiseDense<T>,
    /// Makes each head's keys.
    pub key: HeadwiseDense<T>,
    /// Makes each head's values.
    pub value: HeadwiseDense<T>,
    /// Mixes the heads.
    pub out: Dense<T>,
    /// The directions that features look along.
    pub projection: Directions<T>,
    /// The kernel's width, where it is trained.
    pub sigma: Option<Param<T>>,
    #[module(skip)]
    kernel: KernelFn<T>,
    #[module(skip)]
    config: LinearAttentionConfig,
}

impl<T: Float> LinearAttention<T> {
    /// With a feature map `f(u)` given in code in the place of `φ`: the weight of a query and a key is `f(u)·f(w)`, or `f(u·P)·f(w·P)` with features.
    /// It must not be negative. Such a layer has no configuration that a file could hold.
    #[must_use]
    pub fn with_feature_map(
        mut self,
        feature_map: impl Fn(&Var<T>) -> Result<Var<T>> + Send + Sync + 'static,
    ) -> Self {
        self.kernel = KernelFn::FeatureMap(Arc::new(feature_map));
        self
    }

    /// With a kernel `f(u, w)` given in code in the place of `K`: from `[.., S1, d]` and `[.., S2, d]` it makes weights `[.., S1, S2]`, none of them
    /// negative. With features it is given `u·P` and `w·P`. Such a layer takes time and memory in proportion to `S1·S2`, and has no
    /// configuration that a file could hold.
    #[must_use]
    pub fn with_kernel(
        mut self,
        kernel: impl Fn(&Var<T>, &Var<T>) -> Result<Var<T>> + Send + Sync + 'static,
    ) -> Self {
        self.kernel = KernelFn::Kernel(Arc::new(kernel));
        self
    }

    /// `data1 [batch, S1, dim]`, which asks, and `data2 [batch, S2, dim]`, which is looked at (`data1` if absent) → `[batch, S1, dim]`.
    ///
    /// # Errors
    /// If an input has another rank or number of features, or the batches differ; and whatever a function given in code reports.
    pub fn forward(&self, data1: &Var<T>, data2: Option<&Var<T>>) -> Result<Var<T>> {
        let data2 = key_source(WHO, data1, data2)?;
        let width = self.width(data1)?;
        let u = inside("query", self.query.forward(data1))?.try_div(&width)?;
        let w = inside("key", self.key.forward(data2))?.try_div(&width)?;
        let v = inside("value", self.value.forward(data2))?;

        let p = self.projection.on(data1.tape())?;
        let along = |u: &Var<T>| match &p {
            Some(p) => u.matmul(p),
            None => Ok(u.clone()),
        };
        let z = match (&self.kernel, &p) {
            (KernelFn::Kernel(kernel), _) => {
                let weights = kernel(&along(&u)?, &along(&w)?)?;
                ratio(
                    &weights.matmul(&v)?,
                    &weights.sum(Axes::from(-1).keepdims())?,
                )?
            }
            (KernelFn::FeatureMap(f), _) => attend(&f(&along(&u)?)?, &f(&along(&w)?)?, &v)?,
            (KernelFn::Named(KernelFunction::Elu), _) => {
                attend(&elu_feature(&along(&u)?)?, &elu_feature(&along(&w)?)?, &v)?
            }
            // What depends on the query alone is a factor above and below the line, and is left out.
            (KernelFn::Named(KernelFunction::Gaussian), Some(_)) => {
                let keys = along(&w)?.try_sub(&square_length(&w)?)?;
                attend_exponents(&along(&u)?, &keys, &v)?
            }
            (KernelFn::Named(KernelFunction::Softmax), Some(_)) => {
                let keys = along(&w)?.try_sub(&square_length(&w)?.mul_scalar(0.5)?)?;
                attend_exponents(&along(&u)?, &keys, &v)?
            }
            // −½|u − w|² is u·w − ½|w|², but for what depends on the query alone.
            (KernelFn::Named(KernelFunction::Gaussian), None) => {
                let own = square_length(&w)?.mul_scalar(-0.5)?.transpose(-2, -1)?;
                let options = AttentionOptions::new().scale(1.0).mask(own);
                u.scaled_dot_product_attention(&w, &v, &options)?
            }
            (KernelFn::Named(KernelFunction::Softmax), None) => {
                u.scaled_dot_product_attention(&w, &v, &AttentionOptions::new().scale(1.0))?
            }
        };
        inside("out", self.out.forward(&merge_heads(&z)?))
    }

    /// What queries and keys are divided by: `σ`, or `σ d^¼` for the softmax kernel.
    fn width(&self, x: &Var<T>) -> Result<Var<T>> {
        let sigma = match &self.sigma {
            Some(sigma) => x.tape().param(sigma)?,
            None => x.tape().scalar(self.config.sigma),
        };
        if !matches!(self.kernel, KernelFn::Named(KernelFunction::Softmax)) {
            return Ok(sigma);
        }
        let head = (self.config.dim / self.config.num_heads) as f64;
        sigma.mul_scalar(head.powf(0.25))
    }

    /// Refuses a kernel that a configuration can't hold.
    pub(super) fn check_named(&self) -> Result<()> {
        self.kernel.check_named(WHO)
    }

    /// Draws the random features again.
    ///
    /// # Errors
    /// If the layer has none, which only `random_features` has.
    pub fn redraw(&mut self, rng: &mut Rng) -> Result<()> {
        self.projection.redraw(WHO, rng)
    }
}

/// `|x|²` for the vectors of the last axis, which stays with size 1.
fn square_length<T: Float>(x: &Var<T>) -> Result<Var<T>> {
    x.square()?.sum(Axes::from(-1).keepdims())
}

impl<T: Float> Layer<T> for LinearAttention<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        self.check_named()?;
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        let output = self.forward(args.float("data1")?, args.optional_float("data2")?)?;
        Ok(Outputs::one("output", output))
    }
}

#[cfg(test)]
mod tests;
