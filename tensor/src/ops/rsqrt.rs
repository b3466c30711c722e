//! `y = 1/√x`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// One over the square root of every element: `y = 1/√x`, ∞ at 0, NaN below; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([4.0_f32, 1.0]).rsqrt().to_vec(), [0.5, 1.0]);
    /// ```
    #[must_use]
    pub fn rsqrt(&self) -> Self {
        self.unary(Unary::Rsqrt)
    }
}
