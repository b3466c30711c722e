//! The inverse of the hyperbolic tangent.

use super::one_less_square::one_less_square;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = artanh x`, hence `∂L/∂x = ∂L/∂y / ((1 − x)(1 + x))`. Saves `x`.
struct Atanh;

impl<T: Float> Rule<T> for Atanh {
    fn name(&self) -> &'static str {
        "atanh"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || gy.try_div(&one_less_square(x)?))
    }
}

impl<T: Float> Var<T> {
    /// `artanh x`, element by element; ±∞ at ±1, NaN beyond.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn atanh(&self) -> Result<Var<T>> {
        self.tape()
            .record(Atanh, &[self], self.tensor().atanh(), [Save::Var(self)])
    }
}
