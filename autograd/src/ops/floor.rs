//! The largest integer that isn't above.

use super::flat::Flat;
use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// The largest integer that isn't above the element; its derivative is 0, also at the integers, where it jumps.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn floor(&self) -> Result<Var<T>> {
        self.tape()
            .record(Flat("floor"), &[self], self.tensor().floor(), [])
    }
}
