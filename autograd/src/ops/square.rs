//! The square.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::square`]. Saves `x`.
struct Square;

impl<T: Float> Rule<T> for Square {
    fn name(&self) -> &'static str {
        "square"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::SquareGrad, gy.tensor()),
                || x.mul_scalar(2.0)?.try_mul(&gy),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `y = x²`, element by element.
    ///
    /// Gradient: `∂L/∂x = 2x · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, -3.0]));
    /// let y = x.square()?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 9.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [2.0, -6.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn square(&self) -> Result<Var<T>> {
        self.tape()
            .record(Square, &[self], self.tensor().square(), [Save::Var(self)])
    }
}
