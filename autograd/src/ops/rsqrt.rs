//! One over the square root.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = x^(−½)`, hence `∂L/∂x = −½y³ · ∂L/∂y`. Saves `y`.
struct Rsqrt;

impl<T: Float> Rule<T> for Rsqrt {
    fn name(&self) -> &'static str {
        "rsqrt"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let y = &saved[0];
        to.give(0, || y.square()?.try_mul(y)?.mul_scalar(-0.5)?.try_mul(&gy))
    }
}

impl<T: Float> Var<T> {
    /// `1/√x`, element by element; ∞ at 0, NaN below.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn rsqrt(&self) -> Result<Var<T>> {
        self.tape()
            .record(Rsqrt, &[self], self.tensor().rsqrt(), [Save::Output])
    }
}
