//! The reciprocal.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// `y = 1/x`, hence `∂L/∂x = −y² · ∂L/∂y`. Saves `y`.
struct Recip;

impl<T: Float> Rule<T> for Recip {
    fn name(&self) -> &'static str {
        "recip"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let y = &saved[0];
        to.give(0, || {
            fused(
                &[y, &gy],
                || y.tensor().binary(Binary::RecipGrad, gy.tensor()),
                || y.square()?.try_neg()?.try_mul(&gy),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `1/x`, element by element; ±∞ at ±0.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn recip(&self) -> Result<Var<T>> {
        self.tape()
            .record(Recip, &[self], self.tensor().recip(), [Save::Output])
    }
}
