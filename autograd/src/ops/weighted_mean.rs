//! The mean by weights.

use crate::Var;
use etude_tensor::{Axes, Float, Result, Shape};

impl<T: Float> Var<T> {
    /// The mean over `axes` in which each element counts by its weight: `y = Σ w·x / Σ w`. Variable and weights broadcast
    /// together. NaN where the weights add up to 0.
    ///
    /// Gradient: `∂L/∂x = w / Σ w · ∂L/∂y` and `∂L/∂w = (x − y) / Σ w · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 5.0]));
    /// let w = tape.var(Tensor::from([3.0, 1.0]));
    /// let y = x.weighted_mean(&w, ..)?;
    /// assert_eq!(y.item()?, 2.0);
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [0.75, 0.25]);
    /// assert_eq!(gradients.get(&w)?.to_vec(), [-0.25, 0.75]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
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
