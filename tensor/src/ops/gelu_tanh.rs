//! `y = ½x(1 + tanh(√(2/π)(x + 0.044715x³)))`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The tanh approximation of the Gaussian error linear unit (Hendrycks and Gimpel, 2016):
    /// `y = ½x(1 + tanh(√(2/π)(x + 0.044715x³)))`; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.0_f32, 100.0]).gelu_tanh().to_vec(), [0.0, 100.0]);
    /// ```
    #[must_use]
    pub fn gelu_tanh(&self) -> Self {
        self.unary(Unary::GeluTanh)
    }
}
