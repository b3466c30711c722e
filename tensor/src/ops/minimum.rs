//! `y = min(a, b)`.

use crate::kernels::maps::Binary;
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The smaller of both, element by element: `y = min(a, b)`; NaN if either is NaN. Shapes broadcast.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let a = Tensor::from([3.0_f32, 4.0]);
    /// let b = Tensor::from([1.0_f32, 2.0]);
    /// assert_eq!(a.minimum(&b)?.to_vec(), [1.0, 2.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn minimum(&self, other: &Self) -> Result<Self> {
        self.binary(Binary::Minimum, other)
    }
}
