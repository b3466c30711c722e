//! Elements by their row-major number.

use crate::Var;
use etude_tensor::{Float, Result, Tensor};

impl<T: Float> Var<T> {
    /// The elements at the flat, row-major `indices`, in the shape of these: `y[j] = flat x[indices[j]]`. Negative indices count from the end.
    ///
    /// Gradient: `∂L/∂x` collects `∂L/∂y` at the indices, adding up what was named several times.
    ///
    /// Gradient: `∂L/∂x` collects `∂L/∂y` at the indices, adding up what was named several times.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]));
    /// let y = x.take(&Tensor::from([[3], [0]]))?;
    /// assert_eq!(y.tensor(), &Tensor::from([[4.0], [1.0]]));
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0, 0.0, 0.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an index lies outside of the elements.
    pub fn take(&self, indices: &Tensor<i64>) -> Result<Var<T>> {
        self.reshape([self.tensor().elements()])?
            .index_select_for("take", 0, indices)
    }
}
