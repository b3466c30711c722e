//! `y = tanh x`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The hyperbolic tangent of every element: `y = (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ)`, between −1 and 1; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.0_f32, 100.0]).tanh().to_vec(), [0.0, 1.0]);
    /// ```
    #[must_use]
    pub fn tanh(&self) -> Self {
        self.unary(Unary::Tanh)
    }
}
