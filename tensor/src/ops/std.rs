//! `y = √(Σ (x − mean)² / (n − correction))` over axes.

use crate::kernels::maps::Unary;
use crate::{Axes, Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The standard deviation over `axes`, the root of the [variance](Tensor::var): biased with `correction` 0, of a sample
    /// with 1. NaN where `n ≤ correction`.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1.0_f32, 3.0, 5.0, 7.0]);
    /// assert_eq!(x.std(.., 0)?.item()?, 5.0_f32.sqrt());
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or named twice.
    pub fn std(&self, axes: impl Into<Axes>, correction: usize) -> Result<Self> {
        let axes = axes.into();
        axes.resolve("std", self.rank())?;
        Ok(self.var(axes, correction)?.into_unary(Unary::Sqrt))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn a_wrong_axis_is_named() {
        let message = Tensor::<f32>::zeros([2]).std(1, 0).unwrap_err().to_string();
        assert_eq!(
            message,
            "std: axis 1 is out of range for rank 1; expected -1 to 0"
        );
    }
}
