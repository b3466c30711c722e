//! The logarithm of 1 + x.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// `y = ln(1 + x)`, hence `∂L/∂x = ∂L/∂y / (1 + x)`. Saves `x`.
struct Ln1p;

impl<T: Float> Rule<T> for Ln1p {
    fn name(&self) -> &'static str {
        "ln_1p"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::Ln1pGrad, gy.tensor()),
                || gy.try_div(&x.add_scalar(1.0)?),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `ln(1 + x)`, element by element, exact to the last digits near 0; −∞ at −1, NaN below.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn ln_1p(&self) -> Result<Var<T>> {
        self.tape()
            .record(Ln1p, &[self], self.tensor().ln_1p(), [Save::Var(self)])
    }
}
