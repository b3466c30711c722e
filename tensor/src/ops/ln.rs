//! `y = ln x`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The natural logarithm of every element: `y = ln x`; −∞ at 0, NaN below.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.0_f32, 0.0]).ln().to_vec(), [0.0, f32::NEG_INFINITY]);
    /// ```
    #[must_use]
    pub fn ln(&self) -> Self {
        self.unary(Unary::Ln)
    }
}
