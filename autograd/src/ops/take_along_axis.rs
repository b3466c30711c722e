//! What positions along an axis name.

use crate::Var;
use etude_tensor::{Float, Result, Tensor, plan};

impl<T: Float> Var<T> {
    /// The elements at `indices` along `axis`, `y[i, j] = x[indices[i, j], j]` along axis 0: variable and indices have the same rank, and
    /// broadcast together along all other axes. Negative indices count from the end.
    ///
    /// Gradient: `∂L/∂x` collects `∂L/∂y` at the indices, as of [`gather`](Var::gather).
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[3.0_f64, 1.0, 2.0], [4.0, 6.0, 5.0]]));
    /// let y = x.take_along_axis(&Tensor::from([[0], [1]]), 1)?;
    /// assert_eq!(y.tensor(), &Tensor::from([[3.0], [6.0]]));
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?, Tensor::from([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis or an index is out of range, the ranks differ, or the other axes don't broadcast.
    pub fn take_along_axis(&self, indices: &Tensor<i64>, axis: isize) -> Result<Var<T>> {
        let (shape, indices) = plan::along_axis("take_along_axis", self.shape(), indices, axis)?;
        self.broadcast_to(shape)?.gather(axis, &indices)
    }
}
