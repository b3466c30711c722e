//! The hyperbolic sine.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::sinh`]. Saves `x`.
struct Sinh;

impl<T: Float> Rule<T> for Sinh {
    fn name(&self) -> &'static str {
        "sinh"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || x.cosh()?.try_mul(&gy))
    }
}

impl<T: Float> Var<T> {
    /// `y = sinh x`, element by element; NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x = cosh x · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 1.0]));
    /// let y = x.sinh()?;
    /// assert_eq!(y.tensor().to_vec()[0], 0.0);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?, x.tensor().cosh());
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn sinh(&self) -> Result<Var<T>> {
        self.tape()
            .record(Sinh, &[self], self.tensor().sinh(), [Save::Var(self)])
    }
}
