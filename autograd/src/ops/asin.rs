//! The inverse of the sine.

use super::one_less_square::one_less_square;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = arcsin x`, hence `∂L/∂x = ∂L/∂y / √((1 − x)(1 + x))`. Saves `x`.
struct Asin;

impl<T: Float> Rule<T> for Asin {
    fn name(&self) -> &'static str {
        "asin"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || one_less_square(x)?.rsqrt()?.try_mul(&gy))
    }
}

impl<T: Float> Var<T> {
    /// `arcsin x`, element by element, from −π/2 to π/2; NaN outside [−1, 1]. The derivative is infinite at ±1.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn asin(&self) -> Result<Var<T>> {
        self.tape()
            .record(Asin, &[self], self.tensor().asin(), [Save::Var(self)])
    }
}
