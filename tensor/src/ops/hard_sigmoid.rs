//! `y = min(max(0.2·x + 0.5, 0), 1)`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// A piecewise linear sigmoid (Courbariaux and others, 2015): `y = min(max(0.2·x + 0.5, 0), 1)`; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.0_f32, 3.0]).hard_sigmoid().to_vec(), [0.5, 1.0]);
    /// ```
    #[must_use]
    pub fn hard_sigmoid(&self) -> Self {
        self.unary(Unary::HardSigmoid)
    }
}
