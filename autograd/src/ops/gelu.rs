//! The Gaussian error linear unit.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

/// `y = x·Φ(x)` with `Φ(x) = ½(1 + erf(x/√2))`, hence `∂L/∂x = (Φ(x) + x·φ(x)) · ∂L/∂y` with `φ(x) = e^(−x²/2)/√(2π)`. Saves `x`.
struct Gelu;

impl<T: Float> Rule<T> for Gelu {
    fn name(&self) -> &'static str {
        "gelu"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::GeluGrad, gy.tensor()),
                || {
                    let distribution = x
                        .mul_scalar(FRAC_1_SQRT_2)?
                        .erf()?
                        .add_scalar(1.0)?
                        .mul_scalar(0.5)?;
                    let density = x
                        .square()?
                        .mul_scalar(-0.5)?
                        .exp()?
                        .mul_scalar(0.5 * FRAC_2_SQRT_PI * FRAC_1_SQRT_2)?;
                    distribution.try_add(&x.try_mul(&density)?)?.try_mul(&gy)
                },
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `½x(1 + erf(x/√2))`, element by element (Hendrycks and Gimpel, 2016); NaN gives NaN.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn gelu(&self) -> Result<Var<T>> {
        self.tape()
            .record(Gelu, &[self], self.tensor().gelu(), [Save::Var(self)])
    }
}
