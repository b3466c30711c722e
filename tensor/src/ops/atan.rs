//! `y = arctan x`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The angle with this tangent: `y = arctan x`, from −π/2 to π/2; NaN stays NaN. With both sides of the triangle,
    /// [`atan2`](Tensor::atan2).
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.0_f64, f64::INFINITY]).atan().to_vec(), [0.0, std::f64::consts::FRAC_PI_2]);
    /// ```
    #[must_use]
    pub fn atan(&self) -> Self {
        self.unary(Unary::Atan)
    }
}
