//! `y = x·sigmoid(x)`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The swish, or SiLU (Ramachandran and others, 2017): `y = x·sigmoid(x)`; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.0_f32, 100.0]).swish().to_vec(), [0.0, 100.0]);
    /// ```
    #[must_use]
    pub fn swish(&self) -> Self {
        self.unary(Unary::Swish)
    }
}
