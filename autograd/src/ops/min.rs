//! The smallest element over axes.

use super::extreme::extreme;
use crate::Var;
use etude_tensor::{Axes, Float, Result};

impl<T: Float> Var<T> {
    /// The smallest element over `axes`; NaN where there is one. Equal ones share the gradient.
    ///
    /// # Errors
    /// If an axis doesn't exist or is named twice, or there is no element to choose.
    pub fn min(&self, axes: impl Into<Axes>) -> Result<Var<T>> {
        let axes = axes.into();
        extreme("min", self, &axes, self.tensor().min(&axes)?)
    }
}
