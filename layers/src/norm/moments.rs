//! Mean and variance, and normalising by them: what batch and group normalisation share.

use crate::{Arg, Args};
use etude_autograd::Var;
use etude_tensor::{Axes, Float, Result, Tensor};

/// Mean `μ` and biased variance `σ²` over some axes, kept for broadcasting against the input.
pub(super) struct Moments<T: Float> {
    pub(super) mean: Var<T>,
    pub(super) variance: Var<T>,
}

impl<T: Float> Moments<T> {
    /// Over `axes`, every element alike; 0 over nothing, where nothing is normalised.
    pub(super) fn new(x: &Var<T>, axes: &Axes) -> Result<Self> {
        let axes = axes.clone().keepdims();
        if x.tensor().elements() == 0 {
            let zero = x.sum(&axes)?;
            return Ok(Moments {
                mean: zero.clone(),
                variance: zero,
            });
        }
        Ok(Moments {
            mean: x.mean(&axes)?,
            variance: x.var(&axes, 0)?,
        })
    }

    /// `μ = Σ w x / Σ w` and `σ² = Σ w (x − μ)² / Σ w` over `axes`, with weights that broadcast against `x` and their sum
    /// over the axes, which isn't 0.
    pub(super) fn weighted(
        x: &Var<T>,
        weights: &Tensor<T>,
        total: &Tensor<T>,
        axes: &Axes,
    ) -> Result<Self> {
        let axes = axes.clone().keepdims();
        let weights = x.tape().input(weights.clone());
        let total = x.tape().input(total.clone());
        let mean = x.try_mul(&weights)?.sum(&axes)?.try_div(&total)?;
        let deviation = x.try_sub(&mean)?.square()?;
        let variance = deviation.try_mul(&weights)?.sum(&axes)?.try_div(&total)?;
        Ok(Moments { mean, variance })
    }

    /// Like [`weighted`](Moments::weighted), or with every element alike, over the parts of all members of the tape's group.
    pub(super) fn over_group(x: &Var<T>, weights: Option<&Tensor<T>>, axes: &Axes) -> Result<Self> {
        let tape = x.tape();
        let total = match weights {
            Some(weights) => weights.sum(..)?,
            None => {
                let reduced = axes.resolve("moments", x.rank())?;
                let count: usize = reduced.into_iter().map(|axis| x.shape()[axis]).product();
                Tensor::scalar(T::from_f64(count as f64))
            }
        };
        let axes = axes.clone().keepdims();
        let mut total = tape.input(total).all_reduce_sum()?;
        if total.item()? == T::ZERO {
            total = tape.scalar(1.0); // the sums are 0
        }
        let weights = weights.map(|weights| tape.input(weights.clone()));
        let mean = |x: &Var<T>| {
            let weighted = match &weights {
                Some(weights) => &x.try_mul(weights)?,
                None => x,
            };
            weighted.sum(&axes)?.all_reduce_sum()?.try_div(&total)
        };
        let mu = mean(x)?;
        let variance = mean(&x.try_sub(&mu)?.square()?)?;
        Ok(Moments { mean: mu, variance })
    }

    /// `gamma · (x − μ)/√(σ² + epsilon) + beta`; gamma and beta broadcast against `x`.
    pub(super) fn normalise(
        &self,
        x: &Var<T>,
        epsilon: f64,
        gamma: Option<&Var<T>>,
        beta: Option<&Var<T>>,
    ) -> Result<Var<T>> {
        let mut factor = self.variance.add_scalar(epsilon)?.sqrt()?.recip()?;
        if let Some(gamma) = gamma {
            factor = factor.try_mul(gamma)?;
        }
        let y = x.try_sub(&self.mean)?.try_mul(&factor)?;
        match beta {
            Some(beta) => y.try_add(beta),
            None => Ok(y),
        }
    }
}

/// The argument `mask` as weights. Masks of normalisations aren't differentiated: their values alone count.
pub(super) fn mask<T: Float>(args: &Args<T>) -> Result<Option<Tensor<T>>> {
    match args.get("mask") {
        None | Some(Arg::Ints(_)) => Ok(None),
        Some(Arg::Bool(mask)) => mask.cast().map(Some),
        Some(Arg::Float(mask)) => Ok(Some(mask.tensor().clone())),
    }
}
