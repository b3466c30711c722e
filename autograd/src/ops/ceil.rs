//! The smallest integer that isn't below.

use super::flat::Flat;
use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// The smallest integer that isn't below the element; its derivative is 0, also at the integers, where it jumps.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn ceil(&self) -> Result<Var<T>> {
        self.tape()
            .record(Flat("ceil"), &[self], self.tensor().ceil(), [])
    }
}
