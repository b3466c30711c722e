//! The running product.

use super::linear_recurrence::{earlier, later, recurrence_from_behind};
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `yᵢ = x₀ · … · xᵢ`, hence `∂L/∂xⱼ = yⱼ₋₁·rⱼ` with `rⱼ = Σᵢ≥ⱼ ∂L/∂yᵢ · xⱼ₊₁ · … · xᵢ`, a linear recurrence from behind:
/// `rⱼ = ∂L/∂yⱼ + xⱼ₊₁·rⱼ₊₁`. Nothing is divided, so zeros are no matter. Saves `x, y`.
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
    /// The running product along `axis`, `yᵢ = x₀ · … · xᵢ`. Its gradient is right, to any order, where elements are 0. From
    /// the first NaN on it is NaN.
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn cumprod(&self, axis: isize) -> Result<Var<T>> {
        let y = self.tensor().cumprod(axis)?;
        let saved = [Save::Var(self), Save::Output];
        self.tape().record(Cumprod { axis }, &[self], y, saved)
    }
}
