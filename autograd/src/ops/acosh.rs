//! The inverse of the hyperbolic cosine.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::acosh`]. Saves `x`.
struct Acosh;

impl<T: Float> Rule<T> for Acosh {
    fn name(&self) -> &'static str {
        "acosh"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            x.sub_scalar(1.0)?
                .try_mul(&x.add_scalar(1.0)?)?
                .rsqrt()?
                .try_mul(&gy)
        })
    }
}

impl<T: Float> Var<T> {
    /// `y = arcosh x`, element by element, from 0 up; NaN below 1.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y / √((x − 1)(x + 1))`, infinite at 1.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    /// use std::f64::consts::LN_2;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.25_f64]));
    /// let y = x.acosh()?;
    /// assert!((y.item()? - LN_2).abs() < 1e-15);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0 / 0.75]); // √(0.25 · 2.25) = 0.75
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn acosh(&self) -> Result<Var<T>> {
        self.tape()
            .record(Acosh, &[self], self.tensor().acosh(), [Save::Var(self)])
    }
}
