//! A diagonal.

use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// The diagonal of the axes `a` and `b`, `offset` places above the main one, as a new last axis: a view.
    ///
    /// # Errors
    /// If an axis is out of range or the same one is named twice.
    pub fn diagonal(&self, offset: isize, a: isize, b: isize) -> Result<Var<T>> {
        self.view("diagonal", move |x| x.diagonal(offset, a, b))
    }
}
