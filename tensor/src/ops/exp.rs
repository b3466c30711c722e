//! `y = eˣ`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The exponential of every element: `y = eˣ`; ∞ where it overflows, 0 where it underflows, NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.0_f32, f32::NEG_INFINITY]).exp().to_vec(), [1.0, 0.0]);
    /// ```
    #[must_use]
    pub fn exp(&self) -> Self {
        self.unary(Unary::Exp)
    }
}
