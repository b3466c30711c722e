//! The natural logarithm.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::ln`]. Saves `x`.
struct Ln;

impl<T: Float> Rule<T> for Ln {
    fn name(&self) -> &'static str {
        "ln"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || gy.try_div(x))
    }
}

impl<T: Float> Var<T> {
    /// `y = ln x`, element by element; −∞ at 0, NaN below.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y / x`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 4.0, 0.0]));
    /// let y = x.ln()?;
    /// assert_eq!(y.tensor().to_vec(), [0.0, 4.0_f64.ln(), f64::NEG_INFINITY]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0, 0.25, f64::INFINITY]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn ln(&self) -> Result<Var<T>> {
        self.tape()
            .record(Ln, &[self], self.tensor().ln(), [Save::Var(self)])
    }
}
