//! `y = ln |Γ(x)|`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The logarithm of the size of the gamma function: `y = ln |Γ(x)|`, of which `exp(y)` is `(x − 1)!` for an integer
    /// `x`; ∞ at 0, at −1, −2, … and at ±∞, NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.0_f64, 2.0, 0.0]).lgamma().to_vec(), [0.0, 0.0, f64::INFINITY]);
    /// ```
    #[must_use]
    pub fn lgamma(&self) -> Self {
        self.unary(Unary::Lgamma)
    }
}
