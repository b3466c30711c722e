//! `y = ln(1 + eˣ)`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// A smooth rectifier (Dugas and others, 2000): `y = ln(1 + eˣ)`, computed so that neither large nor small `x` overflows or
    /// loses digits; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([-200.0_f32, 100.0]).softplus().to_vec(), [0.0, 100.0]);
    /// ```
    #[must_use]
    pub fn softplus(&self) -> Self {
        self.unary(Unary::Softplus)
    }
}
