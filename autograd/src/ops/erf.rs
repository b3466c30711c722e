//! The error function.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// `y = 2/√π ∫₀ˣ e^(−t²) dt`, hence `∂L/∂x = 2/√π · e^(−x²) · ∂L/∂y`. Saves `x`.
struct Erf;

impl<T: Float> Rule<T> for Erf {
    fn name(&self) -> &'static str {
        "erf"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::ErfGrad, gy.tensor()),
                || {
                    x.square()?
                        .try_neg()?
                        .exp()?
                        .mul_scalar(std::f64::consts::FRAC_2_SQRT_PI)?
                        .try_mul(&gy)
                },
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// The error function, element by element, in [−1, 1]; NaN gives NaN.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn erf(&self) -> Result<Var<T>> {
        self.tape()
            .record(Erf, &[self], self.tensor().erf(), [Save::Var(self)])
    }
}
