//! The exponential function.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = eˣ`, hence `∂L/∂x = y · ∂L/∂y`. Saves `y`.
struct Exp;

impl<T: Float> Rule<T> for Exp {
    fn name(&self) -> &'static str {
        "exp"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || gy.try_mul(&saved[0]))
    }
}

impl<T: Float> Var<T> {
    /// `eˣ`, element by element; NaN gives NaN.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn exp(&self) -> Result<Var<T>> {
        self.tape()
            .record(Exp, &[self], self.tensor().exp(), [Save::Output])
    }
}
