//! `y = eˣ − 1`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// `y = eˣ − 1` for every element, exact to the last digits near 0; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.0_f32, f32::NEG_INFINITY]).exp_m1().to_vec(), [0.0, -1.0]);
    /// ```
    #[must_use]
    pub fn exp_m1(&self) -> Self {
        self.unary(Unary::ExpM1)
    }
}
