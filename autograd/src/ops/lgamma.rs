//! The logarithm of the gamma function.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = ln |Γ(x)|`, hence `∂L/∂x = ψ(x) · ∂L/∂y`, with the digamma function [`ψ`](Var::polygamma). Saves `x`.
struct Lgamma;

impl<T: Float> Rule<T> for Lgamma {
    fn name(&self) -> &'static str {
        "lgamma"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || x.polygamma(0)?.try_mul(&gy))
    }
}

impl<T: Float> Var<T> {
    /// `ln |Γ(x)|`, element by element; ∞ at 0, −1, −2, …. NaN gives NaN.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn lgamma(&self) -> Result<Var<T>> {
        self.tape()
            .record(Lgamma, &[self], self.tensor().lgamma(), [Save::Var(self)])
    }
}
