//! Quantiles over axes.

use crate::Var;
use etude_tensor::{Axes, Float, Result, plan};

impl<T: Float> Var<T> {
    /// The `q`-quantile over `axes`, for `q` from 0 to 1, interpolated linearly between the two elements that are nearest:
    /// these get the gradient.
    ///
    /// # Errors
    /// If `q` isn't from 0 to 1, an axis is out of range or named twice, or there are no elements to choose from.
    pub fn quantile(&self, q: f64, axes: impl Into<Axes>) -> Result<Var<T>> {
        let (at, weight) = plan::quantile_positions("quantile", self.tensor(), q, &axes.into())?;
        let pair = self
            .reshape([self.tensor().elements()])?
            .index_select(0, &at)?;
        let (low, high) = (pair.select(-1, 0)?, pair.select(-1, 1)?);
        if weight == 0.0 {
            return Ok(low);
        }
        low.try_add(&high.try_sub(&low)?.mul_scalar(weight)?)
    }

    /// The median over `axes`: the one in the middle, or the mean of the two there.
    ///
    /// # Errors
    /// If an axis is out of range or named twice, or there are no elements to choose from.
    pub fn median(&self, axes: impl Into<Axes>) -> Result<Var<T>> {
        let axes = axes.into();
        axes.resolve("median", self.rank())?;
        self.quantile(0.5, axes)
    }
}
