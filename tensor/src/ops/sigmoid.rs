//! `y = 1/(1 + e⁻ˣ)`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The logistic function of every element: `y = 1/(1 + e⁻ˣ)`, between 0 and 1; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.0_f32, 100.0]).sigmoid().to_vec(), [0.5, 1.0]);
    /// ```
    #[must_use]
    pub fn sigmoid(&self) -> Self {
        self.unary(Unary::Sigmoid)
    }
}
