//! Powers of 2.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::exp2`]. Saves `y`.
struct Exp2;

impl<T: Float> Rule<T> for Exp2 {
    fn name(&self) -> &'static str {
        "exp2"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let y = &saved[0];
        to.give(0, || y.mul_scalar(std::f64::consts::LN_2)?.try_mul(&gy))
    }
}

impl<T: Float> Var<T> {
    /// `y = 2ˣ`, element by element; NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x = ln 2 · y · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    /// use std::f64::consts::LN_2;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 3.0]));
    /// let y = x.exp2()?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 8.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [LN_2, 8.0 * LN_2]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn exp2(&self) -> Result<Var<T>> {
        self.tape()
            .record(Exp2, &[self], self.tensor().exp2(), [Save::Output])
    }
}
