//! The logarithm to base 10.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::log10`]. Saves `x`.
struct Log10;

impl<T: Float> Rule<T> for Log10 {
    fn name(&self) -> &'static str {
        "log10"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || gy.try_div(&x.mul_scalar(std::f64::consts::LN_10)?))
    }
}

impl<T: Float> Var<T> {
    /// `y = log₁₀ x`, element by element; −∞ at 0, NaN below.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y / (x · ln 10)`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    /// use std::f64::consts::LN_10;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 100.0]));
    /// let y = x.log10()?;
    /// assert_eq!(y.tensor().to_vec(), [0.0, 2.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0 / LN_10, 1.0 / (100.0 * LN_10)]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn log10(&self) -> Result<Var<T>> {
        self.tape()
            .record(Log10, &[self], self.tensor().log10(), [Save::Var(self)])
    }
}
