//! `y = arccos x`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The angle with this cosine: `y = arccos x`, from 0 to π; NaN outside [−1, 1], NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.0_f64, -1.0]).acos().to_vec(), [0.0, std::f64::consts::PI]);
    /// ```
    #[must_use]
    pub fn acos(&self) -> Self {
        self.unary(Unary::Acos)
    }
}
