//! `y = x` above 0, `0.2·x` below.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The leaky rectified linear unit (Maas and others, 2013): `y = x` for `x ≥ 0`, `0.2·x` below; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.5_f32, -2.0]).leaky_relu().to_vec(), [1.5, -0.4]);
    /// ```
    #[must_use]
    pub fn leaky_relu(&self) -> Self {
        self.unary(Unary::LeakyRelu)
    }
}
