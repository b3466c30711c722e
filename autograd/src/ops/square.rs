//! The square.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// `y = x²`, hence `∂L/∂x = 2x · ∂L/∂y`. Saves `x`.
struct Square;

impl<T: Float> Rule<T> for Square {
    fn name(&self) -> &'static str {
        "square"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::SquareGrad, gy.tensor()),
                || x.mul_scalar(2.0)?.try_mul(&gy),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `x²`, element by element.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn square(&self) -> Result<Var<T>> {
        self.tape()
            .record(Square, &[self], self.tensor().square(), [Save::Var(self)])
    }
}
