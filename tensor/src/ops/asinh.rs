//! `y = arsinh x`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The inverse of the hyperbolic sine: `y = ln(x + √(x² + 1))`, without cancellation; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.0_f32, 1.0]).asinh().to_vec(), [0.0, 0.8813736]);
    /// ```
    #[must_use]
    pub fn asinh(&self) -> Self {
        self.unary(Unary::Asinh)
    }
}
