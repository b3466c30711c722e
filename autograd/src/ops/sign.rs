//! The sign.

use super::flat::Flat;
use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// −1, 0 or 1 as the element is below, at or above 0; NaN gives NaN. Its derivative is 0, also at 0, where it
    /// jumps.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn sign(&self) -> Result<Var<T>> {
        self.tape()
            .record(Flat("sign"), &[self], self.tensor().sign(), [])
    }
}
