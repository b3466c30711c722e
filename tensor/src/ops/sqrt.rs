//! `y = √x`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The square root of every element: `y = √x`; NaN below 0.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([9.0_f32, 2.25]).sqrt().to_vec(), [3.0, 1.5]);
    /// ```
    #[must_use]
    pub fn sqrt(&self) -> Self {
        self.unary(Unary::Sqrt)
    }
}
