//! The mean over axes.

use crate::Var;
use etude_tensor::{Axes, Float, Result};

impl<T: Float> Var<T> {
    /// The mean over `axes`: [`sum`](Var::sum) divided by the number of elements behind each result, NaN where there are none.
    ///
    /// # Errors
    /// If an axis doesn't exist or is named twice.
    pub fn mean(&self, axes: impl Into<Axes>) -> Result<Var<T>> {
        let axes = axes.into();
        let count: usize = axes
            .resolve("mean", self.rank())?
            .iter()
            .map(|&axis| self.shape()[axis])
            .product();
        self.sum(axes)?.div_scalar(count as f64)
    }
}
