//! `y = ψ⁽ⁿ⁾(x)`, the derivatives of `ln Γ`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The polygamma function of order `n`, the derivative of order `n + 1` of [`lgamma`](Tensor::lgamma): `y = ψ⁽ⁿ⁾(x)`. Order 0 is the digamma
    /// function. At the poles 0, −1, −2, … it is ∞ for odd orders and NaN for even ones (for order 0 −∞ at 0); NaN stays NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1.0_f64]);
    /// // −γ, Euler's constant, and ζ(2).
    /// assert!((x.polygamma(0).item()? + 0.577_215_664_901_532_9).abs() < 1e-15);
    /// assert!((x.polygamma(1).item()? - std::f64::consts::PI.powi(2) / 6.0).abs() < 1e-15);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    #[must_use]
    pub fn polygamma(&self, n: u32) -> Self {
        self.unary(Unary::Polygamma { order: n })
    }
}
