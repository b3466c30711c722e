//! The sine.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// `y = sin x`, hence `∂L/∂x = cos x · ∂L/∂y`. Saves `x`.
struct Sin;

impl<T: Float> Rule<T> for Sin {
    fn name(&self) -> &'static str {
        "sin"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::SinGrad, gy.tensor()),
                || x.cos()?.try_mul(&gy),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `sin x`, element by element, in radians; NaN at ±∞.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn sin(&self) -> Result<Var<T>> {
        self.tape()
            .record(Sin, &[self], self.tensor().sin(), [Save::Var(self)])
    }
}
