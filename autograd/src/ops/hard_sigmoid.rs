//! A piecewise linear sigmoid.

use super::slope::slope;
use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// `y = min(max(0.2·x + 0.5, 0), 1)`, hence `∂L/∂x = 0.2 · ∂L/∂y` where `−2.5 < x < 2.5`, else 0: 0 at both ends. Saves `x`.
struct HardSigmoid;

impl<T: Float> Rule<T> for HardSigmoid {
    fn name(&self) -> &'static str {
        "hard_sigmoid"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::HardSigmoidGrad, gy.tensor()),
                || slope(x, Binary::HardSigmoidGrad)?.try_mul(&gy),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `min(max(0.2·x + 0.5, 0), 1)`, element by element (Courbariaux and others, 2015); NaN gives NaN.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn hard_sigmoid(&self) -> Result<Var<T>> {
        self.tape().record(
            HardSigmoid,
            &[self],
            self.tensor().hard_sigmoid(),
            [Save::Var(self)],
        )
    }
}
