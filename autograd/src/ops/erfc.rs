//! The complementary error function.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::erfc`]. Saves `x`.
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
    /// The complementary error function `y = 1 − erf x`, element by element, without cancellation; NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x = −2/√π · e^(−x²) · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    /// use std::f64::consts::FRAC_2_SQRT_PI;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 10.0]));
    /// let y = x.erfc()?;
    /// let values = y.tensor().to_vec();
    /// assert_eq!(values[0], 1.0);
    /// assert!(0.0 < values[1] && values[1] < 1e-44); // 1 − erf 10 would be 0
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec()[0], -FRAC_2_SQRT_PI);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn erfc(&self) -> Result<Var<T>> {
        self.tape()
            .record(Erfc, &[self], self.tensor().erfc(), [Save::Var(self)])
    }
}
