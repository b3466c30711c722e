//! `y = min(max(x, 0), 6)`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The rectified linear unit with a ceiling (Krizhevsky, 2010): `y = min(max(x, 0), 6)`; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.5_f32, -2.0, 7.0]).relu6().to_vec(), [1.5, 0.0, 6.0]);
    /// ```
    #[must_use]
    pub fn relu6(&self) -> Self {
        self.unary(Unary::Relu6)
    }
}
