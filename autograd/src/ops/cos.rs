//! The cosine.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::cos`]. Saves `x`.
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
    /// `y = cos x`, element by element, in radians; NaN at ±∞.
    ///
    /// Gradient: `∂L/∂x = −sin x · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    /// use std::f64::consts::FRAC_PI_2;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, FRAC_PI_2]));
    /// let y = x.cos()?;
    /// assert_eq!(y.tensor().to_vec()[0], 1.0);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.0, -1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn cos(&self) -> Result<Var<T>> {
        self.tape()
            .record(Cos, &[self], self.tensor().cos(), [Save::Var(self)])
    }
}
