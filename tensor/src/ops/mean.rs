//! The mean over axes.

use super::sum::sum;
use crate::kernels::maps::Binary;
use crate::{Axes, Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The mean over `axes`: `y = Σ x / n`, the sum divided by the number n of elements behind each result; NaN where there are none, and where
    /// one is NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.mean(0)?.to_vec(), [2.0, 3.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or named twice.
    pub fn mean(&self, axes: impl Into<Axes>) -> Result<Self> {
        let axes = axes.into();
        let count: usize = axes
            .resolve("mean", self.rank())?
            .iter()
            .map(|&axis| self.shape()[axis])
            .product();
        let total = sum("mean", self, &axes)?;
        total.into_binary(Binary::Div, &Tensor::scalar(T::from_f64(count as f64)))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn over_nothing_it_is_not_a_number() {
        assert!(
            Tensor::<f32>::zeros([0])
                .mean(..)
                .unwrap()
                .item()
                .unwrap()
                .is_nan()
        );
    }

    #[test]
    fn a_wrong_axis_is_named() {
        let message = Tensor::<f32>::zeros([2])
            .mean([0, -1])
            .unwrap_err()
            .to_string();
        assert_eq!(message, "mean: axis -1 is named twice in [0, -1]");
    }
}
