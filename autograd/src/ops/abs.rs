//! The absolute value.

use super::slope::slope;
use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::abs`]. Saves `x`.
struct Abs;

impl<T: Float> Rule<T> for Abs {
    fn name(&self) -> &'static str {
        "abs"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::AbsGrad, gy.tensor()),
                || slope(x, Binary::AbsGrad)?.try_mul(&gy),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `y = |x|`, element by element; NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x = sign x · ∂L/∂y`, with 0 at 0.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([-2.0_f64, 0.0, 3.0]));
    /// let y = x.abs()?;
    /// assert_eq!(y.tensor().to_vec(), [2.0, 0.0, 3.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [-1.0, 0.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn abs(&self) -> Result<Var<T>> {
        self.tape()
            .record(Abs, &[self], self.tensor().abs(), [Save::Var(self)])
    }
}
