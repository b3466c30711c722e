//! `y = artanh x`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The inverse of the hyperbolic tangent: `y = ½ ln((1 + x)/(1 − x))`, ±∞ at ±1, NaN beyond; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.0_f32, 1.0]).atanh().to_vec(), [0.0, f32::INFINITY]);
    /// ```
    #[must_use]
    pub fn atanh(&self) -> Self {
        self.unary(Unary::Atanh)
    }
}
