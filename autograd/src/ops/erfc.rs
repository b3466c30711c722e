//! The complementary error function.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = 1 − erf x`, hence `∂L/∂x = −2/√π · e^(−x²) · ∂L/∂y`. Saves `x`.
struct Erfc;

impl<T: Float> Rule<T> for Erfc {
    fn name(&self) -> &'static str {
        "erfc"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            x.square()?
                .try_neg()?
                .exp()?
                .mul_scalar(-std::f64::consts::FRAC_2_SQRT_PI)?
                .try_mul(&gy)
        })
    }
}

impl<T: Float> Var<T> {
    /// The complementary error function, element by element, `1 − erf x` without cancellation; NaN gives NaN.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn erfc(&self) -> Result<Var<T>> {
        self.tape()
            .record(Erfc, &[self], self.tensor().erfc(), [Save::Var(self)])
    }
}
