//! The running product.

use super::scan::scan;
use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// The running product along `axis`, `yᵢ = x₀ · … · xᵢ`. Its gradient is right, to any order, where elements are 0. From
    /// the first NaN on it is NaN.
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn cumprod(&self, axis: isize) -> Result<Var<T>> {
        scan("cumprod", self, axis, |a, b| a.try_mul(b))
    }
}
