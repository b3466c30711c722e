//! `y = ln(1 + x)`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// `y = ln(1 + x)` for every element, exact to the last digits near 0; −∞ at −1, NaN below.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.0_f32, -1.0]).ln_1p().to_vec(), [0.0, f32::NEG_INFINITY]);
    /// ```
    #[must_use]
    pub fn ln_1p(&self) -> Self {
        self.unary(Unary::Ln1p)
    }
}
