//! The logarithm to base 10.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = log₁₀ x`, hence `∂L/∂x = ∂L/∂y / (x · ln 10)`. Saves `x`.
struct Log10;

impl<T: Float> Rule<T> for Log10 {
    fn name(&self) -> &'static str {
        "log10"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || gy.try_div(&x.mul_scalar(std::f64::consts::LN_10)?))
    }
}

impl<T: Float> Var<T> {
    /// `log₁₀ x`, element by element; −∞ at 0, NaN below.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn log10(&self) -> Result<Var<T>> {
        self.tape()
            .record(Log10, &[self], self.tensor().log10(), [Save::Var(self)])
    }
}
