//! The error function.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::erf`]. Saves `x`.
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
    /// The error function `y = 2/√π ∫₀ˣ e^(−t²) dt`, element by element, in [−1, 1]; NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x = 2/√π · e^(−x²) · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    /// use std::f64::consts::FRAC_2_SQRT_PI;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 40.0]));
    /// let y = x.erf()?;
    /// assert_eq!(y.tensor().to_vec(), [0.0, 1.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [FRAC_2_SQRT_PI, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn erf(&self) -> Result<Var<T>> {
        self.tape()
            .record(Erf, &[self], self.tensor().erf(), [Save::Var(self)])
    }
}
