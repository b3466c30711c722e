//! The Kronecker product: a [contraction](super::contraction).

use super::contraction::check_tapes;
use crate::Var;
use etude_tensor::{Float, Result, plan};

impl<T: Float> Var<T> {
    /// The Kronecker product: `other`, once for each element of this, multiplied by it, side by side: `y[i·m + k, …] = a[i, …] · b[k, …]`
    /// with m the size of `other`, along each axis.
    ///
    /// Gradient: that of an element of this is the sum of its block of `∂L/∂y`, multiplied by `other`; that of `other` the
    /// sum of all blocks, each multiplied by its element.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([[1.0_f64, 2.0]]));
    /// let b = tape.var(Tensor::from([[1.0], [10.0]]));
    /// let y = a.kron(&b)?;
    /// assert_eq!(y.tensor(), &Tensor::from([[1.0, 2.0], [10.0, 20.0]]));
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&a)?, Tensor::from([[11.0, 11.0]]));
    /// assert_eq!(gradients.get(&b)?, Tensor::from([[3.0], [3.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the result is larger than memory, or the variables are on different tapes.
    pub fn kron(&self, other: &Var<T>) -> Result<Var<T>> {
        check_tapes("kron", &[self, other])?;
        plan::kron(self, other)
    }
}
