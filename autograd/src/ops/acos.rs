//! The inverse of the cosine.

use super::one_less_square::one_less_square;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = arccos x`, hence `∂L/∂x = −∂L/∂y / √((1 − x)(1 + x))`. Saves `x`.
struct Acos;

impl<T: Float> Rule<T> for Acos {
    fn name(&self) -> &'static str {
        "acos"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || one_less_square(x)?.rsqrt()?.try_mul(&gy)?.try_neg())
    }
}

impl<T: Float> Var<T> {
    /// `arccos x`, element by element, from 0 to π; NaN outside [−1, 1]. The derivative is infinite at ±1.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn acos(&self) -> Result<Var<T>> {
        self.tape()
            .record(Acos, &[self], self.tensor().acos(), [Save::Var(self)])
    }
}
