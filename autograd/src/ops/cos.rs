//! The cosine.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// `y = cos x`, hence `∂L/∂x = −sin x · ∂L/∂y`. Saves `x`.
struct Cos;

impl<T: Float> Rule<T> for Cos {
    fn name(&self) -> &'static str {
        "cos"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::CosGrad, gy.tensor()),
                || x.sin()?.try_neg()?.try_mul(&gy),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `cos x`, element by element, in radians; NaN at ±∞.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn cos(&self) -> Result<Var<T>> {
        self.tape()
            .record(Cos, &[self], self.tensor().cos(), [Save::Var(self)])
    }
}
