//! `y = max(a, b)`.

use crate::kernels::maps::Binary;
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The larger of both, element by element: `y = max(a, b)`; NaN if either is NaN. Shapes broadcast.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let a = Tensor::from([3.0_f32, 4.0]);
    /// let b = Tensor::from([1.0_f32, 2.0]);
    /// assert_eq!(a.maximum(&b)?.to_vec(), [3.0, 4.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn maximum(&self, other: &Self) -> Result<Self> {
        self.binary(Binary::Maximum, other)
    }
}
