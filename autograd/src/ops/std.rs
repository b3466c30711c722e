//! The standard deviation over axes.

use super::kept::kept;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Axes, Float, Result, Tensor};
use smallvec::SmallVec;

/// The rule of [`Var::std`]. Saves `x, y`.
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
    /// The standard deviation over `axes`, `y = √(Σ (x − x̄)² / d)` with the mean `x̄` and `d = n − correction`, the root
    /// of the [variance](Var::var): biased with `correction` 0, of a sample with 1. NaN where `n ≤ correction`.
    ///
    /// Gradient: `∂L/∂x = (x − x̄)/(d·y) · ∂L/∂y`, and 0 where `y` is 0.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[1.0_f64, 5.0], [7.0, 7.0]]));
    /// let y = x.std(-1, 0)?;
    /// assert_eq!(y.tensor().to_vec(), [2.0, 0.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?, Tensor::from([[-0.5, 0.5], [0.0, 0.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
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
