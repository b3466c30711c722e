//! The larger of two, element by element.

use super::winner::winner;
use crate::Var;
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// `y = max(a, b)`, element by element, where this is `a`; NaN if either is NaN. Shapes broadcast.
    ///
    /// Gradient: `∂L/∂y` goes to the larger one, at a tie half of it to each.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([1.0_f64, 5.0, 2.0]));
    /// let b = tape.var(Tensor::from([3.0, 4.0, 2.0]));
    /// let y = a.maximum(&b)?;
    /// assert_eq!(y.tensor().to_vec(), [3.0, 5.0, 2.0]);
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&a)?.to_vec(), [0.0, 1.0, 0.5]);
    /// assert_eq!(gradients.get(&b)?.to_vec(), [1.0, 0.0, 0.5]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast, or the operands are on different tapes.
    pub fn maximum(&self, other: &Var<T>) -> Result<Var<T>> {
        winner(
            "maximum",
            self,
            other,
            Binary::Maximum,
            Binary::MaximumShare,
        )
    }
}
