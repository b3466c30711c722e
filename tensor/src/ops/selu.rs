//! `y = λ·x` above 0, `λα(eˣ − 1)` below.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The self-normalising exponential linear unit (Klambauer and others, 2017): `y = λ·x` for `x > 0`, `λα(eˣ − 1)`
    /// below, with λ ≈ 1.0507 and α ≈ 1.6733; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.0_f32]).selu().to_vec(), [0.0]);
    /// ```
    #[must_use]
    pub fn selu(&self) -> Self {
        self.unary(Unary::Selu)
    }
}
