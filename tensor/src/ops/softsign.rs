//! `y = x/(1 + |x|)`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The softsign (Bergstra and others, 2009): `y = x/(1 + |x|)`, between −1 and 1; NaN at ±∞ and NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.0_f32, -3.0]).softsign().to_vec(), [0.5, -0.75]);
    /// ```
    #[must_use]
    pub fn softsign(&self) -> Self {
        self.unary(Unary::Softsign)
    }
}
