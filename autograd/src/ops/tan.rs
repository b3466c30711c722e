//! The tangent.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::tan`]. Saves `y`.
struct Tan;

impl<T: Float> Rule<T> for Tan {
    fn name(&self) -> &'static str {
        "tan"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let y = &saved[0];
        to.give(0, || y.square()?.add_scalar(1.0)?.try_mul(&gy))
    }
}

impl<T: Float> Var<T> {
    /// `y = tan x`, element by element, in radians; NaN at ±∞.
    ///
    /// Gradient: `∂L/∂x = (1 + y²) · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 1.0]));
    /// let y = x.tan()?;
    /// assert_eq!(y.tensor().to_vec()[0], 0.0);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?, y.tensor().square() + 1.0);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn tan(&self) -> Result<Var<T>> {
        self.tape()
            .record(Tan, &[self], self.tensor().tan(), [Save::Output])
    }
}
