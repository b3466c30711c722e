//! The hyperbolic sine.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = sinh x`, hence `∂L/∂x = cosh x · ∂L/∂y`. Saves `x`.
struct Sinh;

impl<T: Float> Rule<T> for Sinh {
    fn name(&self) -> &'static str {
        "sinh"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || x.cosh()?.try_mul(&gy))
    }
}

impl<T: Float> Var<T> {
    /// `sinh x`, element by element; NaN gives NaN.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn sinh(&self) -> Result<Var<T>> {
        self.tape()
            .record(Sinh, &[self], self.tensor().sinh(), [Save::Var(self)])
    }
}
