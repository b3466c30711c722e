//! `y = sinh x`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The hyperbolic sine of every element: `y = (eˣ − e⁻ˣ)/2`; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.0_f32, 1.0]).sinh().to_vec(), [0.0, 1.1752012]);
    /// ```
    #[must_use]
    pub fn sinh(&self) -> Self {
        self.unary(Unary::Sinh)
    }
}
