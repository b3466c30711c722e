//! Rounding to the nearest integer.

use super::flat::Flat;
use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// The nearest integer, of two equally near ones the even one; its derivative is 0, also halfway between two
    /// integers, where it jumps.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn round(&self) -> Result<Var<T>> {
        self.tape()
            .record(Flat("round"), &[self], self.tensor().round(), [])
    }
}
