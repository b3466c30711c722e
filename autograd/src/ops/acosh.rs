//! The inverse of the hyperbolic cosine.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = arcosh x`, hence `∂L/∂x = ∂L/∂y / √((x − 1)(x + 1))`. Saves `x`.
struct Acosh;

impl<T: Float> Rule<T> for Acosh {
    fn name(&self) -> &'static str {
        "acosh"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            x.sub_scalar(1.0)?
                .try_mul(&x.add_scalar(1.0)?)?
                .rsqrt()?
                .try_mul(&gy)
        })
    }
}

impl<T: Float> Var<T> {
    /// `arcosh x`, element by element, from 0 up; NaN below 1. The derivative is infinite at 1.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn acosh(&self) -> Result<Var<T>> {
        self.tape()
            .record(Acosh, &[self], self.tensor().acosh(), [Save::Var(self)])
    }
}
