//! The largest element over axes.

use super::extreme::extreme;
use crate::Var;
use etude_tensor::{Axes, Float, Result};

impl<T: Float> Var<T> {
    /// The largest element over `axes`: `y = max x`; NaN where there is one.
    ///
    /// Gradient: `∂L/∂y` goes to the largest element; equal ones share it.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 7.0, 7.0]));
    /// let y = x.max(..)?;
    /// assert_eq!(y.item()?, 7.0);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.0, 0.5, 0.5]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis doesn't exist or is named twice, or there is no element to choose.
    pub fn max(&self, axes: impl Into<Axes>) -> Result<Var<T>> {
        let axes = axes.into();
        extreme("max", self, &axes, self.tensor().max(&axes)?)
    }
}
