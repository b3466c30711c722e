//! Kernels of linear attention: what a query and a key weigh together.

use crate::config::names::names;
use etude_autograd::Var;
use etude_tensor::{Error, Float, Result, Tensor};
use std::fmt;
use std::sync::Arc;

names! {
    /// What a query `u` and a key `w` weigh together in a [`LinearAttention`](crate::LinearAttention).
    pub enum KernelFunction("kernel_function") {
        /// `exp(−½|u − w|²)`.
        Gaussian = "gaussian",
        /// `exp(u · w)`, with queries and keys divided by `d^¼`.
        Softmax = "softmax",
        /// `φ(u) · φ(w)` with `φ(t) = elu(t) + 1` (Katharopoulos et al., 2020).
        Elu = "elu",
    }
}

names! {
    /// How a [`LinearAttention`](crate::LinearAttention) computes its kernel.
    pub enum KernelApproximation("kernel_approximation") {
        /// By features along directions that are trained.
        LowRank = "low_rank",
        /// By features along random directions that stay.
        RandomFeatures = "random_features",
        /// As it is defined.
        Exact = "exact",
    }
}

type FeatureMap<T> = dyn Fn(&Var<T>) -> Result<Var<T>> + Send + Sync;
type Kernel<T> = dyn Fn(&Var<T>, &Var<T>) -> Result<Var<T>> + Send + Sync;

/// One of the named kernels, or a function given in code.
#[derive(Clone)]
pub(super) enum KernelFn<T: Float> {
    Named(KernelFunction),
    /// In the place of `φ`.
    FeatureMap(Arc<FeatureMap<T>>),
    /// In the place of the kernel.
    Kernel(Arc<Kernel<T>>),
}

impl<T: Float> fmt::Debug for KernelFn<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KernelFn::Named(kernel) => write!(f, "KernelFn({kernel})"),
            _ => f.write_str("KernelFn(a function given in code)"),
        }
    }
}

impl<T: Float> KernelFn<T> {
    /// Refuses what a configuration can't hold.
    pub fn check_named(&self, who: &str) -> Result<()> {
        match self {
            KernelFn::Named(_) => Ok(()),
            _ => Err(Error::config(
                who,
                "its kernel is a function given in code, which a configuration can't hold; use one of the named kernels, \
                 or save the values alone with state_dict and build the model in code",
            )),
        }
    }
}

/// `φ(t) = elu(t) + 1`: `t + 1` above 0 and `eᵗ` below, where `elu(t) + 1` would lose the digits of what is near 0.
pub(super) fn elu_feature<T: Float>(t: &Var<T>) -> Result<Var<T>> {
    let zero = t.tape().scalar(0.0);
    let above = t.tensor().greater(&Tensor::scalar(T::ZERO))?;
    let below = zero.where_(&above, t)?.exp()?;
    t.add_scalar(1.0)?.where_(&above, &below)
}
