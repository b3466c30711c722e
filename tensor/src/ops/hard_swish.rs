//! `y = x·relu6(x + 3)/6`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// A piecewise quadratic swish (Howard and others, 2019): `y = x·relu6(x + 3)/6`; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([-4.0_f32, 3.0]).hard_swish().to_vec(), [0.0, 3.0]);
    /// ```
    #[must_use]
    pub fn hard_swish(&self) -> Self {
        self.unary(Unary::HardSwish)
    }
}
