//! The negative.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::try_neg`].
struct Neg;

impl<T: Float> Rule<T> for Neg {
    fn name(&self) -> &'static str {
        "neg"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || gy.try_neg())
    }
}

impl<T: Float> Var<T> {
    /// `y = −x`. The unary operator `-` is this, with a panic for the error.
    ///
    /// Gradient: `∂L/∂x = −∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, -2.0]));
    /// let y = x.try_neg()?;
    /// assert_eq!(y.tensor().to_vec(), [-1.0, 2.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [-1.0, -1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn try_neg(&self) -> Result<Var<T>> {
        self.tape().record(Neg, &[self], self.tensor().neg(), [])
    }
}
