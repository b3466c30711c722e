//! The natural logarithm.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = ln x`, hence `∂L/∂x = ∂L/∂y / x`. Saves `x`.
struct Ln;

impl<T: Float> Rule<T> for Ln {
    fn name(&self) -> &'static str {
        "ln"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || gy.try_div(x))
    }
}

impl<T: Float> Var<T> {
    /// `ln x`, element by element; −∞ at 0, NaN below.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn ln(&self) -> Result<Var<T>> {
        self.tape()
            .record(Ln, &[self], self.tensor().ln(), [Save::Var(self)])
    }
}
