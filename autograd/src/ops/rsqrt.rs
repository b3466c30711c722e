//! One over the square root.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::rsqrt`]. Saves `y`.
struct Rsqrt;

impl<T: Float> Rule<T> for Rsqrt {
    fn name(&self) -> &'static str {
        "rsqrt"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let y = &saved[0];
        to.give(0, || y.square()?.try_mul(y)?.mul_scalar(-0.5)?.try_mul(&gy))
    }
}

impl<T: Float> Var<T> {
    /// `y = 1/√x`, element by element; ∞ at 0, NaN below.
    ///
    /// Gradient: `∂L/∂x = −½y³ · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 4.0]));
    /// let y = x.rsqrt()?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 0.5]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [-0.5, -0.0625]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn rsqrt(&self) -> Result<Var<T>> {
        self.tape()
            .record(Rsqrt, &[self], self.tensor().rsqrt(), [Save::Output])
    }
}
