//! `y = cosh x`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The hyperbolic cosine of every element: `y = (eˣ + e⁻ˣ)/2`; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.0_f32, 1.0]).cosh().to_vec(), [1.0, 1.5430807]);
    /// ```
    #[must_use]
    pub fn cosh(&self) -> Self {
        self.unary(Unary::Cosh)
    }
}
