//! `y = −x`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// Negates every element: `y = −x`; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.0_f32, -2.0]).neg().to_vec(), [-1.0, 2.0]);
    /// ```
    #[must_use]
    pub fn neg(&self) -> Self {
        self.unary(Unary::Neg)
    }
}
