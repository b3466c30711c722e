//! Rounding towards 0.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The element without its fraction, so rounded towards 0: `y = sign x·⌊|x|⌋`; ±∞ and NaN stay.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.7_f32, -1.7]).trunc().to_vec(), [1.0, -1.0]);
    /// ```
    #[must_use]
    pub fn trunc(&self) -> Self {
        self.unary(Unary::Trunc)
    }
}
