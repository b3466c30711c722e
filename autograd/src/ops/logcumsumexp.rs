//! The logarithm of a running sum of exponentials.

use super::linear_recurrence::recurrence_from_behind;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result, Tensor, axis_index};

/// The rule of [`Var::logcumsumexp`]: `∂L/∂xⱼ = e^(xⱼ − yⱼ)·rⱼ` with a linear recurrence from behind,
/// `rⱼ = ∂L/∂yⱼ + e^(yⱼ − yⱼ₊₁)·rⱼ₊₁`. No exponent is above 0, so nothing overflows. Saves `x, y`.
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
    /// nor underflows on the way.
    ///
    /// Gradient: `∂L/∂xⱼ = Σᵢ≥ⱼ e^(xⱼ − yᵢ) · ∂L/∂yᵢ`, and 0 where nothing but −∞ has come.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    /// use std::f64::consts::LN_2;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 0.0]));
    /// let y = x.logcumsumexp(0)?;
    /// assert_eq!(y.tensor().to_vec(), [0.0, LN_2]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.5, 0.5]); // all of y₀ and half of y₁, half of y₁
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn logcumsumexp(&self, axis: isize) -> Result<Var<T>> {
        let y = self.tensor().logcumsumexp(axis)?;
        let saved = [Save::Var(self), Save::Output];
        self.tape().record(Logcumsumexp { axis }, &[self], y, saved)
    }
}
