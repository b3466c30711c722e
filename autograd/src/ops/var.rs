//! The variance over axes.

use super::kept::kept;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Axes, Float, Result};
use smallvec::SmallVec;

/// `y = Σ (x − x̄)² / d` with `d = n − correction`, hence `∂L/∂x = 2/d · (x − x̄) · ∂L/∂y`: what the mean `x̄` adds
/// cancels. Saves `x`.
struct Variance {
    /// The axes, counted from the front.
    axes: SmallVec<[usize; 4]>,
    divisor: f64,
}

impl<T: Float> Rule<T> for Variance {
    fn name(&self) -> &'static str {
        "var"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            let axes: Vec<isize> = self.axes.iter().map(|&axis| axis as isize).collect();
            let centred = x.try_sub(&x.mean(Axes::from(axes).keepdims())?)?;
            centred.try_mul(&kept(
                &gy.mul_scalar(2.0 / self.divisor)?,
                x.shape(),
                &self.axes,
            )?)
        })
    }
}

impl<T: Float> Var<T> {
    /// The variance over `axes`, `Σ (x − mean)² / (n − correction)`: biased with `correction` 0, unbiased with 1. NaN
    /// where `n ≤ correction`.
    ///
    /// # Errors
    /// If an axis doesn't exist or is named twice.
    pub fn var(&self, axes: impl Into<Axes>, correction: usize) -> Result<Var<T>> {
        let axes = axes.into();
        let y = self.tensor().var(&axes, correction)?;
        let axes = axes.resolve("var", self.rank())?;
        let count: usize = axes.iter().map(|&axis| self.shape()[axis]).product();
        let divisor = count as f64 - correction as f64;
        self.tape()
            .record(Variance { axes, divisor }, &[self], y, [Save::Var(self)])
    }
}
