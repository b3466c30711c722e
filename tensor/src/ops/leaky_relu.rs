//! `y = x` above 0, `slope·x` below.

use crate::kernels::maps::Unary;
use crate::reference::maps::LEAKY_SLOPE;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The leaky rectified linear unit (Maas and others, 2013) with the slope 0.2: `y = x` for `x ≥ 0`, `0.2·x` below; NaN stays NaN.
    /// PyTorch's slope, if none is given, is 0.01: [`leaky_relu_with`](Tensor::leaky_relu_with).
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.5_f32, -2.0]).leaky_relu().to_vec(), [1.5, -0.4]);
    /// ```
    #[must_use]
    pub fn leaky_relu(&self) -> Self {
        self.leaky_relu_with(LEAKY_SLOPE)
    }

    /// The leaky rectified linear unit with this slope: `y = x` for `x > 0`, `slope·x` below; NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.5_f32, -2.0]).leaky_relu_with(0.01).to_vec(), [1.5, -0.02]);
    /// ```
    #[must_use]
    pub fn leaky_relu_with(&self, slope: f64) -> Self {
        self.unary(Unary::LeakyRelu { slope })
    }
}
