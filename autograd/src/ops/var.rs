//! The variance over axes.

use super::kept::kept;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Axes, Float, Result};
use smallvec::SmallVec;

/// The rule of [`Var::var`]: what the mean `x̄` adds cancels. Saves `x`.
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
    /// The variance over `axes`, `y = Σ (x − x̄)² / d` with the mean `x̄` and `d = n − correction`: biased with
    /// `correction` 0, unbiased with 1. NaN where `n ≤ correction`.
    ///
    /// Gradient: `∂L/∂x = 2/d · (x − x̄) · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0, 3.0, 6.0]));
    /// let y = x.var(.., 0)?;
    /// assert_eq!(y.item()?, 3.5);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [-1.0, -0.5, 0.0, 1.5]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
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
