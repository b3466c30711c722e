//! `y = 1/x`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The reciprocal of every element: `y = 1/x`; ±∞ at ±0, NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([4.0_f32, -0.5]).recip().to_vec(), [0.25, -2.0]);
    /// ```
    #[must_use]
    pub fn recip(&self) -> Self {
        self.unary(Unary::Recip)
    }
}
