//! `y = log₂ x`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The logarithm to base 2 of every element: `y = log₂ x`, −∞ at 0, NaN below; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.0_f32, 8.0, 0.5]).log2().to_vec(), [0.0, 3.0, -1.0]);
    /// ```
    #[must_use]
    pub fn log2(&self) -> Self {
        self.unary(Unary::Log2)
    }
}
