//! The inverse of the hyperbolic sine.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::asinh`]. Saves `x`.
struct Asinh;

impl<T: Float> Rule<T> for Asinh {
    fn name(&self) -> &'static str {
        "asinh"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || gy.try_div(&x.hypot(&x.tape().scalar(1.0))?))
    }
}

impl<T: Float> Var<T> {
    /// `y = arsinh x`, element by element; NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y / √(1 + x²)`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    /// use std::f64::consts::LN_2;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 0.75]));
    /// let y = x.asinh()?;
    /// assert!((y.tensor().to_vec()[1] - LN_2).abs() < 1e-15);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0, 0.8]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn asinh(&self) -> Result<Var<T>> {
        self.tape()
            .record(Asinh, &[self], self.tensor().asinh(), [Save::Var(self)])
    }
}
