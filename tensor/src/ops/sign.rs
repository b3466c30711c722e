//! `y = sign x`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The sign of every element, `y = sign x`: −1, 0 or 1 as it is below, at or above 0, +0 for both zeros. NaN stays NaN, as in NumPy.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([3.0_f32, 0.0, -2.0]).sign().to_vec(), [1.0, 0.0, -1.0]);
    /// ```
    #[must_use]
    pub fn sign(&self) -> Self {
        self.unary(Unary::Sign)
    }
}
