//! The smaller of two, element by element.

use super::winner::winner;
use crate::Var;
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// `y = min(a, b)`, element by element, where this is `a`; NaN if either is NaN. Shapes broadcast.
    ///
    /// Gradient: `∂L/∂y` goes to the smaller one, at a tie half of it to each.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([1.0_f64, 5.0, 2.0]));
    /// let y = a.minimum(&tape.scalar(2.0))?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 2.0, 2.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&a)?.to_vec(), [1.0, 0.0, 0.5]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast, or the operands are on different tapes.
    pub fn minimum(&self, other: &Var<T>) -> Result<Var<T>> {
        winner(
            "minimum",
            self,
            other,
            Binary::Minimum,
            Binary::MinimumShare,
        )
    }
}
