//! The inverse of the tangent.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = arctan x`, hence `∂L/∂x = ∂L/∂y / (1 + x²)`. Saves `x`.
struct Atan;

impl<T: Float> Rule<T> for Atan {
    fn name(&self) -> &'static str {
        "atan"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || gy.try_div(&x.square()?.add_scalar(1.0)?))
    }
}

impl<T: Float> Var<T> {
    /// `arctan x`, element by element, from −π/2 to π/2; NaN gives NaN.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn atan(&self) -> Result<Var<T>> {
        self.tape()
            .record(Atan, &[self], self.tensor().atan(), [Save::Var(self)])
    }
}
