//! The exponential function.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::exp`]. Saves `y`.
struct Exp;

impl<T: Float> Rule<T> for Exp {
    fn name(&self) -> &'static str {
        "exp"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || gy.try_mul(&saved[0]))
    }
}

impl<T: Float> Var<T> {
    /// `y = eˣ`, element by element; NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x = y · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 1.0, -2.0]));
    /// let y = x.exp()?;
    /// assert_eq!(y.tensor().to_vec()[0], 1.0);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?, *y.tensor()); // its own derivative
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn exp(&self) -> Result<Var<T>> {
        self.tape()
            .record(Exp, &[self], self.tensor().exp(), [Save::Output])
    }
}
