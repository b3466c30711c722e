//! The Gaussian error linear unit.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

/// The rule of [`Var::gelu`]. Saves `x`.
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
    /// `y = x·Φ(x)` with the normal distribution `Φ(x) = ½(1 + erf(x/√2))`, element by element (Hendrycks and Gimpel,
    /// 2016); NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x = (Φ(x) + x·φ(x)) · ∂L/∂y` with the density `φ(x) = e^(−x²/2)/√(2π)`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 40.0]));
    /// let y = x.gelu()?;
    /// assert_eq!(y.tensor().to_vec(), [0.0, 40.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.5, 1.0]); // Φ(0), and Φ far out
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn gelu(&self) -> Result<Var<T>> {
        self.tape()
            .record(Gelu, &[self], self.tensor().gelu(), [Save::Var(self)])
    }
}
