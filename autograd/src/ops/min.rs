//! The smallest element over axes.

use super::extreme::extreme;
use crate::Var;
use etude_tensor::{Axes, Float, Result};

impl<T: Float> Var<T> {
    /// The smallest element over `axes`: `y = min x`; NaN where there is one.
    ///
    /// Gradient: `∂L/∂y` goes to the smallest element; equal ones share it.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[4.0_f64, 1.0], [2.0, 3.0]]));
    /// let y = x.min(1)?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 2.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?, Tensor::from([[0.0, 1.0], [1.0, 0.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis doesn't exist or is named twice, or there is no element to choose.
    pub fn min(&self, axes: impl Into<Axes>) -> Result<Var<T>> {
        let axes = axes.into();
        extreme("min", self, &axes, self.tensor().min(&axes)?)
    }
}
