//! The other direction along axes.

use crate::Var;
use etude_tensor::{Axes, Float, Result};

impl<T: Float> Var<T> {
    /// The elements in the opposite order along `axes`: a view.
    ///
    /// # Errors
    /// If an axis is out of range or named twice.
    pub fn flip(&self, axes: impl Into<Axes>) -> Result<Var<T>> {
        let axes = axes.into();
        self.view("flip", move |x| x.flip(&axes))
    }
}
