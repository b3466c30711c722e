//! `y = min(max(x, low), high)`.

use crate::kernels::maps::Unary;
use crate::{Error, Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// Every element moved into `low..=high`: `y = min(max(x, low), high)`; NaN stays NaN. An infinite bound doesn't bind.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([-2.0_f32, 0.5, 9.0]);
    /// assert_eq!(x.clamp(0.0, 1.0)?.to_vec(), [0.0, 0.5, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a bound is NaN, or `low` is above `high`.
    pub fn clamp(&self, low: f64, high: f64) -> Result<Self> {
        if low.is_nan() || high.is_nan() || low > high {
            return Err(Error::value(
                "clamp",
                format!("bounds {low} and {high}; expected numbers with the lower one first"),
            ));
        }
        Ok(self.unary(Unary::Clamp { low, high }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_checked() {
        let message = Tensor::scalar(1.0_f32)
            .clamp(2.0, 1.0)
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "clamp: bounds 2 and 1; expected numbers with the lower one first"
        );
    }
}
