//! The inverse of the hyperbolic sine.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = arsinh x`, hence `∂L/∂x = ∂L/∂y / √(1 + x²)`. Saves `x`.
struct Asinh;

impl<T: Float> Rule<T> for Asinh {
    fn name(&self) -> &'static str {
        "asinh"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || gy.try_div(&x.hypot(&x.tape().scalar(1.0))?))
    }
}

impl<T: Float> Var<T> {
    /// `arsinh x`, element by element; NaN gives NaN.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn asinh(&self) -> Result<Var<T>> {
        self.tape()
            .record(Asinh, &[self], self.tensor().asinh(), [Save::Var(self)])
    }
}
