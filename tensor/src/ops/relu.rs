//! `y = max(x, 0)`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The rectified linear unit (Nair and Hinton, 2010): `y = max(x, 0)`; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.5_f32, -2.0]).relu().to_vec(), [1.5, 0.0]);
    /// ```
    #[must_use]
    pub fn relu(&self) -> Self {
        self.unary(Unary::Relu)
    }
}
