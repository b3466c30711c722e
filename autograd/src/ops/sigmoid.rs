//! The logistic function.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// `y = 1/(1 + e⁻ˣ)`, hence `∂L/∂x = y(1 − y) · ∂L/∂y`. Saves `y`.
struct Sigmoid;

impl<T: Float> Rule<T> for Sigmoid {
    fn name(&self) -> &'static str {
        "sigmoid"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || grad(&saved[0], &gy))
    }
}

/// `∂L/∂x`, from `y` and `∂L/∂y`.
pub(super) fn grad<T: Float>(y: &Var<T>, gy: &Var<T>) -> Result<Var<T>> {
    fused(
        &[y, gy],
        || y.tensor().binary(Binary::SigmoidGrad, gy.tensor()),
        || y.try_sub(&y.square()?)?.try_mul(gy),
    )
}

impl<T: Float> Var<T> {
    /// `1/(1 + e⁻ˣ)`, element by element, in [0, 1]; NaN gives NaN.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn sigmoid(&self) -> Result<Var<T>> {
        self.tape()
            .record(Sigmoid, &[self], self.tensor().sigmoid(), [Save::Output])
    }
}
