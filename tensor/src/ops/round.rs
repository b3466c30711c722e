//! Rounding to the nearest integer.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The nearest integer, `y = argmin |n − x|` over the integers n, of two equally near ones the even one, as in IEEE 754, NumPy and
    /// PyTorch; ±∞ and NaN stay.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.5_f32, 1.5, -2.6]).round().to_vec(), [0.0, 2.0, -3.0]);
    /// ```
    #[must_use]
    pub fn round(&self) -> Self {
        self.unary(Unary::Round)
    }
}
