//! `y = arcosh x`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The inverse of the hyperbolic cosine, from 0 up: `y = ln(x + √(x² − 1))`; NaN below 1, NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.0_f32, 2.0]).acosh().to_vec(), [0.0, 1.316958]);
    /// ```
    #[must_use]
    pub fn acosh(&self) -> Self {
        self.unary(Unary::Acosh)
    }
}
