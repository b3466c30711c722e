//! `y = 2ˣ`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// 2 to the power of every element: `y = 2ˣ`; ∞ where that is too large, NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.0_f32, 3.0, -1.0]).exp2().to_vec(), [1.0, 8.0, 0.5]);
    /// ```
    #[must_use]
    pub fn exp2(&self) -> Self {
        self.unary(Unary::Exp2)
    }
}
