//! The inverse of the hyperbolic tangent.

use super::one_less_square::one_less_square;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::atanh`]. Saves `x`.
struct Atanh;

impl<T: Float> Rule<T> for Atanh {
    fn name(&self) -> &'static str {
        "atanh"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || gy.try_div(&one_less_square(x)?))
    }
}

impl<T: Float> Var<T> {
    /// `y = artanh x`, element by element; ±∞ at ±1, NaN beyond.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y / ((1 − x)(1 + x))`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 0.5]));
    /// let y = x.atanh()?;
    /// assert_eq!(y.tensor().to_vec()[0], 0.0);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0, 1.0 / 0.75]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn atanh(&self) -> Result<Var<T>> {
        self.tape()
            .record(Atanh, &[self], self.tensor().atanh(), [Save::Var(self)])
    }
}
