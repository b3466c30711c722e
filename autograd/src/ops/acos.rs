//! The inverse of the cosine.

use super::one_less_square::one_less_square;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::acos`]. Saves `x`.
struct Acos;

impl<T: Float> Rule<T> for Acos {
    fn name(&self) -> &'static str {
        "acos"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || one_less_square(x)?.rsqrt()?.try_mul(&gy)?.try_neg())
    }
}

impl<T: Float> Var<T> {
    /// `y = arccos x`, element by element, from 0 to π; NaN outside [−1, 1].
    ///
    /// Gradient: `∂L/∂x = −∂L/∂y / √((1 − x)(1 + x))`, infinite at ±1.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    /// use std::f64::consts::FRAC_PI_2;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 1.0]));
    /// let y = x.acos()?;
    /// assert_eq!(y.tensor().to_vec(), [FRAC_PI_2, 0.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [-1.0, f64::NEG_INFINITY]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn acos(&self) -> Result<Var<T>> {
        self.tape()
            .record(Acos, &[self], self.tensor().acos(), [Save::Var(self)])
    }
}
