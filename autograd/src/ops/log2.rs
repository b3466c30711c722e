//! The logarithm to base 2.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = log₂ x`, hence `∂L/∂x = ∂L/∂y / (x · ln 2)`. Saves `x`.
struct Log2;

impl<T: Float> Rule<T> for Log2 {
    fn name(&self) -> &'static str {
        "log2"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || gy.try_div(&x.mul_scalar(std::f64::consts::LN_2)?))
    }
}

impl<T: Float> Var<T> {
    /// `log₂ x`, element by element; −∞ at 0, NaN below.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn log2(&self) -> Result<Var<T>> {
        self.tape()
            .record(Log2, &[self], self.tensor().log2(), [Save::Var(self)])
    }
}
