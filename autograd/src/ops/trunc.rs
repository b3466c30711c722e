//! Rounding towards 0.

use super::flat::Flat;
use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// The element without its fraction; its derivative is 0, also at the integers, where it jumps.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn trunc(&self) -> Result<Var<T>> {
        self.tape()
            .record(Flat("trunc"), &[self], self.tensor().trunc(), [])
    }
}
