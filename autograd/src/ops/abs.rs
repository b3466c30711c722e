//! The absolute value.

use super::slope::slope;
use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// `y = |x|`, hence `∂L/∂x = sign x · ∂L/∂y`, with 0 at 0. Saves `x`.
struct Abs;

impl<T: Float> Rule<T> for Abs {
    fn name(&self) -> &'static str {
        "abs"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::AbsGrad, gy.tensor()),
                || slope(x, Binary::AbsGrad)?.try_mul(&gy),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `|x|`, element by element; NaN gives NaN.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn abs(&self) -> Result<Var<T>> {
        self.tape()
            .record(Abs, &[self], self.tensor().abs(), [Save::Var(self)])
    }
}
