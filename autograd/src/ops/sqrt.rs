//! The square root.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// `y = √x`, hence `∂L/∂x = ∂L/∂y / 2y`: infinite at 0. Saves `y`.
struct Sqrt;

impl<T: Float> Rule<T> for Sqrt {
    fn name(&self) -> &'static str {
        "sqrt"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let y = &saved[0];
        to.give(0, || {
            fused(
                &[y, &gy],
                || y.tensor().binary(Binary::SqrtGrad, gy.tensor()),
                || gy.try_div(&y.mul_scalar(2.0)?),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `√x`, element by element; NaN below 0.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn sqrt(&self) -> Result<Var<T>> {
        self.tape()
            .record(Sqrt, &[self], self.tensor().sqrt(), [Save::Output])
    }
}
