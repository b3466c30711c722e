//! The mean by weights.

use crate::Var;
use etude_tensor::{Axes, Float, Result, Shape};

impl<T: Float> Var<T> {
    /// The mean over `axes` in which each element counts by its weight: `Σ w·x / Σ w`. Variable and weights broadcast
    /// together. NaN where the weights add up to 0.
    ///
    /// # Errors
    /// If the shapes don't broadcast, an axis is out of range or named twice, or the variables are on different tapes.
    pub fn weighted_mean(&self, weights: &Var<T>, axes: impl Into<Axes>) -> Result<Var<T>> {
        let axes = axes.into();
        let shape = Shape::broadcast("weighted_mean", self.shape(), weights.shape())?;
        axes.resolve("weighted_mean", shape.rank())?;
        let weights = weights.broadcast_to(shape)?;
        self.try_mul(&weights)?
            .sum(&axes)?
            .try_div(&weights.sum(&axes)?)
    }
}
