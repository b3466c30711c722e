//! The tangent.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = tan x`, hence `∂L/∂x = (1 + y²) · ∂L/∂y`. Saves `y`.
struct Tan;

impl<T: Float> Rule<T> for Tan {
    fn name(&self) -> &'static str {
        "tan"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let y = &saved[0];
        to.give(0, || y.square()?.add_scalar(1.0)?.try_mul(&gy))
    }
}

impl<T: Float> Var<T> {
    /// `tan x`, element by element, in radians; NaN at ±∞.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn tan(&self) -> Result<Var<T>> {
        self.tape()
            .record(Tan, &[self], self.tensor().tan(), [Save::Output])
    }
}
