//! The running product.

use super::linear_recurrence::{earlier, later, recurrence_from_behind};
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::cumprod`]: `∂L/∂xⱼ = yⱼ₋₁·rⱼ` with a linear recurrence from behind, `rⱼ = ∂L/∂yⱼ + xⱼ₊₁·rⱼ₊₁`.
/// Saves `x, y`.
struct Cumprod {
    axis: isize,
}

impl<T: Float> Rule<T> for Cumprod {
    fn name(&self) -> &'static str {
        "cumprod"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (x, y) = (&saved[0], &saved[1]);
        to.give(0, || {
            let r = recurrence_from_behind(&gy, &later(x, self.axis, 0.0)?, self.axis)?;
            earlier(y, self.axis, 1.0)?.try_mul(&r)
        })
    }
}

impl<T: Float> Var<T> {
    /// The running product along `axis`, `yᵢ = x₀ · … · xᵢ`. From the first NaN on it is NaN.
    ///
    /// Gradient: `∂L/∂xⱼ = yⱼ₋₁ · Σᵢ≥ⱼ ∂L/∂yᵢ · xⱼ₊₁ · … · xᵢ`. Nothing is divided, so it is right, to any order, where
    /// elements are 0.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([2.0_f64, 0.0, 4.0]));
    /// let y = x.cumprod(0)?;
    /// assert_eq!(y.tensor().to_vec(), [2.0, 0.0, 0.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0, 10.0, 0.0]); // 1 + x₁ + x₁x₂, x₀ + x₀x₂, x₀x₁
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn cumprod(&self, axis: isize) -> Result<Var<T>> {
        let y = self.tensor().cumprod(axis)?;
        let saved = [Save::Var(self), Save::Output];
        self.tape().record(Cumprod { axis }, &[self], y, saved)
    }
}
