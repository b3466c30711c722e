//! `|a|` with the sign of `b`.

use crate::kernels::maps::Binary;
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The size of `a` with the sign of `b`, element by element: `y = |a|·sign b`, that of a zero and of a NaN included. Shapes broadcast.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let (a, b) = (Tensor::from([3.0_f32, -3.0]), Tensor::from([-0.0_f32, 2.0]));
    /// assert_eq!(a.copysign(&b)?.to_vec(), [-3.0, 3.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn copysign(&self, other: &Self) -> Result<Self> {
        self.binary(Binary::Copysign, other)
    }
}
