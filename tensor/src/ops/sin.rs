//! `y = sin x`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The sine of every element, in radians: `y = sin x`; NaN at ±∞.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.0_f32]).sin().to_vec(), [0.0]);
    /// ```
    #[must_use]
    pub fn sin(&self) -> Self {
        self.unary(Unary::Sin)
    }
}
