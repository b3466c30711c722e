//! `y = x²`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The square of every element: `y = x²`; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([3.0_f32, -2.0]).square().to_vec(), [9.0, 4.0]);
    /// ```
    #[must_use]
    pub fn square(&self) -> Self {
        self.unary(Unary::Square)
    }
}
