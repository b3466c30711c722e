//! `y = arcsin x`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The angle with this sine: `y = arcsin x`, from −π/2 to π/2; NaN outside [−1, 1], NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.0_f64, 1.0]).asin().to_vec(), [0.0, std::f64::consts::FRAC_PI_2]);
    /// ```
    #[must_use]
    pub fn asin(&self) -> Self {
        self.unary(Unary::Asin)
    }
}
