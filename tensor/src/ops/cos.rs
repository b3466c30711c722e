//! `y = cos x`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The cosine of every element, in radians: `y = cos x`; NaN at ±∞.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.0_f32]).cos().to_vec(), [1.0]);
    /// ```
    #[must_use]
    pub fn cos(&self) -> Self {
        self.unary(Unary::Cos)
    }
}
