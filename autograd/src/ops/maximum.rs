//! The larger of two, element by element.

use super::winner::winner;
use crate::Var;
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// The larger of both, element by element; NaN if either is NaN. Shapes broadcast.
    ///
    /// # Errors
    /// If the shapes don't broadcast, or the operands are on different tapes.
    pub fn maximum(&self, other: &Var<T>) -> Result<Var<T>> {
        winner(
            "maximum",
            self,
            other,
            Binary::Maximum,
            Binary::MaximumShare,
        )
    }
}
