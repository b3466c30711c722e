//! `y = ½x(1 + erf(x/√2))`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The Gaussian error linear unit (Hendrycks and Gimpel, 2016), exact: `y = ½x(1 + erf(x/√2))`; NaN stays NaN.
    /// [`gelu_tanh`](Tensor::gelu_tanh) is the approximation of the same paper.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.0_f32, 100.0]).gelu().to_vec(), [0.0, 100.0]);
    /// ```
    #[must_use]
    pub fn gelu(&self) -> Self {
        self.unary(Unary::Gelu)
    }
}
