//! `y = erf x`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The error function of every element: `y = 2/√π ∫₀ˣ e^(−t²) dt`, between −1 and 1; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.0_f32, 10.0]).erf().to_vec(), [0.0, 1.0]);
    /// ```
    #[must_use]
    pub fn erf(&self) -> Self {
        self.unary(Unary::Erf)
    }
}
