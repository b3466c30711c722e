//! The logarithm to base 2.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::log2`]. Saves `x`.
struct Log2;

impl<T: Float> Rule<T> for Log2 {
    fn name(&self) -> &'static str {
        "log2"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || gy.try_div(&x.mul_scalar(std::f64::consts::LN_2)?))
    }
}

impl<T: Float> Var<T> {
    /// `y = log₂ x`, element by element; −∞ at 0, NaN below.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y / (x · ln 2)`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    /// use std::f64::consts::LN_2;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 8.0]));
    /// let y = x.log2()?;
    /// assert_eq!(y.tensor().to_vec(), [0.0, 3.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0 / LN_2, 1.0 / (8.0 * LN_2)]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn log2(&self) -> Result<Var<T>> {
        self.tape()
            .record(Log2, &[self], self.tensor().log2(), [Save::Var(self)])
    }
}
