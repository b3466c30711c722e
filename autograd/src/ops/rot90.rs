//! Quarter turns.

use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// Turned by `turns` quarters from axis `a` towards axis `b`: a view. Negative ones turn back.
    ///
    /// # Errors
    /// If an axis is out of range, or both are the same.
    pub fn rot90(&self, turns: isize, a: isize, b: isize) -> Result<Var<T>> {
        self.view("rot90", move |x| x.rot90(turns, a, b))
    }
}
