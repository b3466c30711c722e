//! `y = x` above 0, `α(eˣ − 1)` below.

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
        self.elu_with(1.0)
    }

    /// The exponential linear unit that falls to `−alpha`: `y = x` for `x > 0`, `alpha·(eˣ − 1)` below; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.5_f32, f32::NEG_INFINITY]).elu_with(2.0).to_vec(), [1.5, -2.0]);
    /// ```
    #[must_use]
    pub fn elu_with(&self, alpha: f64) -> Self {
        self.unary(Unary::Elu { alpha })
    }
}
