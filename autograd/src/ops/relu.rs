//! The rectified linear unit.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result, Tensor};

/// `y = max(x, 0)`, hence `∂L/∂x = ∂L/∂y` where `y > 0`, else 0: at the kink 0, as in PyTorch. Saves `y`, which the next
/// operation usually saves as well, so that it costs no memory.
struct Relu;

impl<T: Float> Rule<T> for Relu {
    fn name(&self) -> &'static str {
        "relu"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || grad(&saved[0], &gy))
    }
}

/// `∂L/∂x`, from `y` and `∂L/∂y`.
pub(super) fn grad<T: Float>(y: &Var<T>, gy: &Var<T>) -> Result<Var<T>> {
    let y = y.tensor();
    fused(
        &[gy],
        || y.binary(Binary::ReluGrad, gy.tensor()),
        || {
            // The step is flat on both sides of the kink: a constant, however often we differentiate.
            let step = y.binary(Binary::ReluGrad, &Tensor::ones(y.shape()))?;
            gy.try_mul(&gy.tape().input(step))
        },
    )
}

impl<T: Float> Var<T> {
    /// `max(x, 0)`, element by element; NaN gives NaN.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn relu(&self) -> Result<Var<T>> {
        self.tape()
            .record(Relu, &[self], self.tensor().relu(), [Save::Output])
    }
}
