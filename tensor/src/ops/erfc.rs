//! `y = erfc x`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The complementary error function of every element: `y = 1 − erf x`, without cancellation where `x` is large; NaN
    /// stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.0_f32, f32::INFINITY]).erfc().to_vec(), [1.0, 0.0]);
    /// ```
    #[must_use]
    pub fn erfc(&self) -> Self {
        self.unary(Unary::Erfc)
    }
}
