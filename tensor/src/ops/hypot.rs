//! `y = √(a² + b²)`.

use crate::kernels::maps::Binary;
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The length of the hypotenuse, element by element: `y = √(a² + b²)`, which neither overflows nor underflows on
    /// the way; ∞ if either is infinite, else NaN if either is NaN. Shapes broadcast.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let (a, b) = (Tensor::from([3.0_f32, 3e30]), Tensor::from([4.0_f32, 4e30]));
    /// assert_eq!(a.hypot(&b)?.to_vec(), [5.0, 5e30]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn hypot(&self, other: &Self) -> Result<Self> {
        self.binary(Binary::Hypot, other)
    }
}
