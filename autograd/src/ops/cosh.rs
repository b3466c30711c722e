//! The hyperbolic cosine.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::cosh`]. Saves `x`.
struct Cosh;

impl<T: Float> Rule<T> for Cosh {
    fn name(&self) -> &'static str {
        "cosh"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || x.sinh()?.try_mul(&gy))
    }
}

impl<T: Float> Var<T> {
    /// `y = cosh x`, element by element; NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x = sinh x · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 1.0]));
    /// let y = x.cosh()?;
    /// assert_eq!(y.tensor().to_vec()[0], 1.0);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?, x.tensor().sinh());
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn cosh(&self) -> Result<Var<T>> {
        self.tape()
            .record(Cosh, &[self], self.tensor().cosh(), [Save::Var(self)])
    }
}
