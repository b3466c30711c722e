//! The inverse of the sine.

use super::one_less_square::one_less_square;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::asin`]. Saves `x`.
struct Asin;

impl<T: Float> Rule<T> for Asin {
    fn name(&self) -> &'static str {
        "asin"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || one_less_square(x)?.rsqrt()?.try_mul(&gy))
    }
}

impl<T: Float> Var<T> {
    /// `y = arcsin x`, element by element, from −π/2 to π/2; NaN outside [−1, 1].
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y / √((1 − x)(1 + x))`, infinite at ±1.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    /// use std::f64::consts::FRAC_PI_2;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 1.0]));
    /// let y = x.asin()?;
    /// assert_eq!(y.tensor().to_vec(), [0.0, FRAC_PI_2]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0, f64::INFINITY]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn asin(&self) -> Result<Var<T>> {
        self.tape()
            .record(Asin, &[self], self.tensor().asin(), [Save::Var(self)])
    }
}
