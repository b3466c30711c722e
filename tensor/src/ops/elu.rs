//! `y = x` above 0, `eˣ − 1` below.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The exponential linear unit (Clevert and others, 2015): `y = x` for `x > 0`, `eˣ − 1` below; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.5_f32, f32::NEG_INFINITY]).elu().to_vec(), [1.5, -1.0]);
    /// ```
    #[must_use]
    pub fn elu(&self) -> Self {
        self.unary(Unary::Elu)
    }
}
