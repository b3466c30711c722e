//! The sine.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::sin`]. Saves `x`.
struct Sin;

impl<T: Float> Rule<T> for Sin {
    fn name(&self) -> &'static str {
        "sin"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::SinGrad, gy.tensor()),
                || x.cos()?.try_mul(&gy),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `y = sin x`, element by element, in radians; NaN at ±∞.
    ///
    /// Gradient: `∂L/∂x = cos x · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    /// use std::f64::consts::PI;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, PI]));
    /// let y = x.sin()?;
    /// assert!(y.tensor().to_vec()[1].abs() < 1e-15);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0, -1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn sin(&self) -> Result<Var<T>> {
        self.tape()
            .record(Sin, &[self], self.tensor().sin(), [Save::Var(self)])
    }
}
