//! `y = log₁₀ x`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The logarithm to base 10 of every element: `y = log₁₀ x`, −∞ at 0, NaN below; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.0_f32, 0.0]).log10().to_vec(), [0.0, f32::NEG_INFINITY]);
    /// ```
    #[must_use]
    pub fn log10(&self) -> Self {
        self.unary(Unary::Log10)
    }
}
