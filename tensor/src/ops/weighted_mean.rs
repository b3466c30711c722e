//! A mean with weights, over axes.

use crate::{Axes, Float, Result, Shape, Tensor};

impl<T: Float> Tensor<T> {
    /// The mean over `axes` in which each element counts by its weight: `y = Σ w·x / Σ w`. Tensor and weights broadcast
    /// together. NaN where the weights add up to 0, and where
    /// an element or a weight is NaN, also beside a 0.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0_f32, 5.0], [2.0, 4.0]]);
    /// assert_eq!(x.weighted_mean(&Tensor::from([3.0, 1.0]), 1)?.to_vec(), [2.0, 2.5]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast, or an axis is out of range or named twice.
    pub fn weighted_mean(&self, weights: &Self, axes: impl Into<Axes>) -> Result<Self> {
        let axes = axes.into();
        let shape = Shape::broadcast("weighted_mean", self.shape(), weights.shape())?;
        shape.check_fits("weighted_mean", size_of::<T>())?;
        axes.resolve("weighted_mean", shape.rank())?;
        let weights = weights.broadcast_to(shape)?;
        self.try_mul(&weights)?
            .sum(&axes)?
            .try_div(&weights.sum(&axes)?)
    }
}
