//! The smaller of two, element by element.

use super::winner::winner;
use crate::Var;
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// The smaller of both, element by element; NaN if either is NaN. Shapes broadcast.
    ///
    /// # Errors
    /// If the shapes don't broadcast, or the operands are on different tapes.
    pub fn minimum(&self, other: &Var<T>) -> Result<Var<T>> {
        winner(
            "minimum",
            self,
            other,
            Binary::Minimum,
            Binary::MinimumShare,
        )
    }
}
