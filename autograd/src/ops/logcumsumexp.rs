//! The logarithm of a running sum of exponentials.

use super::linear_recurrence::recurrence_from_behind;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result, Tensor, axis_index};

/// `yᵢ = ln (e^x₀ + … + e^xᵢ)`, hence `∂L/∂xⱼ = e^(xⱼ − yⱼ)·rⱼ` with `rⱼ = Σᵢ≥ⱼ ∂L/∂yᵢ · e^(yⱼ − yᵢ)`, a linear recurrence from
/// behind: `rⱼ = ∂L/∂yⱼ + e^(yⱼ − yⱼ₊₁)·rⱼ₊₁`. No exponent is above 0, so nothing overflows. Saves `x, y`.
struct Logcumsumexp {
    axis: isize,
}

impl<T: Float> Rule<T> for Logcumsumexp {
    fn name(&self) -> &'static str {
        "logcumsumexp"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (x, y) = (&saved[0], &saved[1]);
        let axis = axis_index("logcumsumexp", self.axis, y.rank())?;
        to.give(0, || {
            let Some(rest) = y.shape()[axis].checked_sub(1) else {
                return Ok(gy);
            };
            // Where nothing but −∞ has come yet, nothing moves; the differences would be NaN.
            let none = y.tensor().equal(&Tensor::scalar(T::NEG_INFINITY))?;
            let (here, next) = (y.narrow(self.axis, 0, rest)?, y.narrow(self.axis, 1, rest)?);
            let decay = here
                .try_sub(&next)?
                .masked_fill(&none.narrow(self.axis, 0, rest)?, f64::NEG_INFINITY)?
                .exp()?;
            let mut border = vec![(0, 0); y.rank()];
            border[axis] = (0, 1);
            let r = recurrence_from_behind(&gy, &decay.pad(border, 0.0)?, self.axis)?;
            let share = x.try_sub(y)?.masked_fill(&none, f64::NEG_INFINITY)?.exp()?;
            share.try_mul(&r)
        })
    }
}

impl<T: Float> Var<T> {
    /// The logarithm of the running sum of exponentials along `axis`, `yᵢ = ln (e^x₀ + … + e^xᵢ)`, which neither overflows
    /// nor underflows on the way. The gradient is 0 where nothing but −∞ has come.
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn logcumsumexp(&self, axis: isize) -> Result<Var<T>> {
        let y = self.tensor().logcumsumexp(axis)?;
        let saved = [Save::Var(self), Save::Output];
        self.tape().record(Logcumsumexp { axis }, &[self], y, saved)
    }
}
