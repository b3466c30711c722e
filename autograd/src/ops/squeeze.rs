//! Axes of size 1, taken out and put in.

use crate::Var;
use etude_tensor::{Axes, Float, Result};

impl<T: Float> Var<T> {
    /// Without `axes`, which have size 1.
    ///
    /// # Errors
    /// If an axis is out of range or has another size.
    pub fn squeeze(&self, axes: impl Into<Axes>) -> Result<Var<T>> {
        let shape = self.tensor().squeeze(axes)?.shape().to_vec();
        self.reshape(shape)
    }

    /// With a new axis of size 1 at `axis` of the result.
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn unsqueeze(&self, axis: isize) -> Result<Var<T>> {
        let shape = self.tensor().unsqueeze(axis)?.shape().to_vec();
        self.reshape(shape)
    }
}
