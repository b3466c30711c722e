//! The exponential less 1.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// `y = eˣ − 1`, hence `∂L/∂x = (y + 1) · ∂L/∂y`. Saves `y`.
struct ExpM1;

impl<T: Float> Rule<T> for ExpM1 {
    fn name(&self) -> &'static str {
        "exp_m1"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let y = &saved[0];
        to.give(0, || {
            fused(
                &[y, &gy],
                || y.tensor().binary(Binary::ExpM1Grad, gy.tensor()),
                || y.add_scalar(1.0)?.try_mul(&gy),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `eˣ − 1`, element by element, exact to the last digits near 0.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn exp_m1(&self) -> Result<Var<T>> {
        self.tape()
            .record(ExpM1, &[self], self.tensor().exp_m1(), [Save::Output])
    }
}
