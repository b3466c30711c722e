//! The hyperbolic cosine.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = cosh x`, hence `∂L/∂x = sinh x · ∂L/∂y`. Saves `x`.
struct Cosh;

impl<T: Float> Rule<T> for Cosh {
    fn name(&self) -> &'static str {
        "cosh"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || x.sinh()?.try_mul(&gy))
    }
}

impl<T: Float> Var<T> {
    /// `cosh x`, element by element; NaN gives NaN.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn cosh(&self) -> Result<Var<T>> {
        self.tape()
            .record(Cosh, &[self], self.tensor().cosh(), [Save::Var(self)])
    }
}
