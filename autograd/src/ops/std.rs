//! The standard deviation over axes.

use super::kept::kept;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Axes, Float, Result, Tensor};
use smallvec::SmallVec;

/// `y = √(Σ (x − x̄)² / d)` with `d = n − correction`, hence `∂L/∂x = (x − x̄)/(d·y) · ∂L/∂y`, and 0 where `y` is 0. Saves
/// `x, y`.
struct Std {
    /// The axes, counted from the front.
    axes: SmallVec<[usize; 4]>,
    divisor: f64,
}

impl<T: Float> Rule<T> for Std {
    fn name(&self) -> &'static str {
        "std"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (x, y) = (&saved[0], &saved[1]);
        to.give(0, || {
            let axes: Vec<isize> = self.axes.iter().map(|&axis| axis as isize).collect();
            let centred = x.try_sub(&x.mean(Axes::from(axes).keepdims())?)?;
            let none = y.tensor().equal(&Tensor::scalar(T::ZERO))?;
            let slope = gy
                .try_div(&y.masked_fill(&none, 1.0)?)?
                .masked_fill(&none, 0.0)?;
            centred.try_mul(&kept(
                &slope.mul_scalar(1.0 / self.divisor)?,
                x.shape(),
                &self.axes,
            )?)
        })
    }
}

impl<T: Float> Var<T> {
    /// The standard deviation over `axes`, the root of the [variance](Var::var): biased with `correction` 0, of a sample
    /// with 1. NaN where `n ≤ correction`; the gradient is 0 where it is 0.
    ///
    /// # Errors
    /// If an axis doesn't exist or is named twice.
    pub fn std(&self, axes: impl Into<Axes>, correction: usize) -> Result<Var<T>> {
        let axes = axes.into();
        let y = self.tensor().std(&axes, correction)?;
        let axes = axes.resolve("std", self.rank())?;
        let count: usize = axes.iter().map(|&axis| self.shape()[axis]).product();
        let divisor = count as f64 - correction as f64;
        self.tape().record(
            Std { axes, divisor },
            &[self],
            y,
            [Save::Var(self), Save::Output],
        )
    }
}
