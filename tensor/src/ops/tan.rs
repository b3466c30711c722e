//! `y = tan x`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The tangent of every element, in radians: `y = tan x`; NaN at ±∞, NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.0_f32, 1.0]).tan().to_vec(), [0.0, 1.5574077]);
    /// ```
    #[must_use]
    pub fn tan(&self) -> Self {
        self.unary(Unary::Tan)
    }
}
