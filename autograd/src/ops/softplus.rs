//! The smooth rectifier.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// `y = ln(1 + eˣ)`, hence `∂L/∂x = sigmoid(x) · ∂L/∂y`. Saves `x`.
struct Softplus;

impl<T: Float> Rule<T> for Softplus {
    fn name(&self) -> &'static str {
        "softplus"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::SoftplusGrad, gy.tensor()),
                || x.sigmoid()?.try_mul(&gy),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `ln(1 + eˣ)`, element by element (Dugas and others, 2000), without overflow or loss of digits; NaN gives NaN.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn softplus(&self) -> Result<Var<T>> {
        self.tape().record(
            Softplus,
            &[self],
            self.tensor().softplus(),
            [Save::Var(self)],
        )
    }
}
