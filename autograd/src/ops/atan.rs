//! The inverse of the tangent.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::atan`]. Saves `x`.
struct Atan;

impl<T: Float> Rule<T> for Atan {
    fn name(&self) -> &'static str {
        "atan"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || gy.try_div(&x.square()?.add_scalar(1.0)?))
    }
}

impl<T: Float> Var<T> {
    /// `y = arctan x`, element by element, from −π/2 to π/2; NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y / (1 + x²)`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    /// use std::f64::consts::FRAC_PI_4;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 1.0]));
    /// let y = x.atan()?;
    /// assert_eq!(y.tensor().to_vec(), [0.0, FRAC_PI_4]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0, 0.5]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn atan(&self) -> Result<Var<T>> {
        self.tape()
            .record(Atan, &[self], self.tensor().atan(), [Save::Var(self)])
    }
}
