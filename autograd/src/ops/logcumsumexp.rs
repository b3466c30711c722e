//! The logarithm of a running sum of exponentials.

use super::scan::scan;
use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// The logarithm of the running sum of exponentials along `axis`, `yᵢ = ln (e^x₀ + … + e^xᵢ)`, which neither overflows
    /// nor underflows on the way.
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn logcumsumexp(&self, axis: isize) -> Result<Var<T>> {
        scan("logcumsumexp", self, axis, |a, b| {
            Var::stack(&[a, b], 0)?.logsumexp(0)
        })
    }
}
