//! Every element times every other: a [contraction](super::contraction).

use super::contraction::check_tapes;
use crate::Var;
use etude_tensor::{Float, Result, plan};

impl<T: Float> Var<T> {
    /// Every product of an element of this with one of `other`: `y[i…, j…] = a[i…] · b[j…]`.
    ///
    /// Gradient: `∂L/∂a[i…] = Σⱼ b[j…] · ∂L/∂y[i…, j…]` and `∂L/∂b[j…] = Σᵢ a[i…] · ∂L/∂y[i…, j…]`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([1.0_f64, 2.0]));
    /// let b = tape.var(Tensor::from([3.0, 4.0, 5.0]));
    /// let y = a.outer(&b)?;
    /// assert_eq!(y.tensor(), &Tensor::from([[3.0, 4.0, 5.0], [6.0, 8.0, 10.0]]));
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&a)?.to_vec(), [12.0, 12.0]);
    /// assert_eq!(gradients.get(&b)?.to_vec(), [3.0, 3.0, 3.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the result is larger than memory, or the variables are on different tapes.
    pub fn outer(&self, other: &Var<T>) -> Result<Var<T>> {
        check_tapes("outer", &[self, other])?;
        plan::outer(self, other)
    }
}
