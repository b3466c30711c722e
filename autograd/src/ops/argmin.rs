//! The index of the smallest element, which has left the tape by its type.

use crate::Var;
use etude_tensor::{Axes, Float, Result, Tensor};

impl<T: Float> Var<T> {
    /// The index of the smallest element along `axes`, `y = least i with x[i] = min x`, so the first among equals; the first NaN where there
    /// is one. Over several axes, the index counts through them in row-major order.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[1.0_f32, 4.0], [3.0, 2.0]]));
    /// assert_eq!(x.argmin(1)?.to_vec(), [0, 1]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or named twice, or there is no element to choose.
    pub fn argmin(&self, axes: impl Into<Axes>) -> Result<Tensor<i64>> {
        self.tensor().argmin(axes)
    }
}
