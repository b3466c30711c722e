//! One position of an axis.

use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// What lies at `index` along `axis`, which disappears: a view. A negative index counts from the end.
    ///
    /// # Errors
    /// If the axis or the index is out of bounds.
    pub fn select(&self, axis: isize, index: isize) -> Result<Var<T>> {
        self.view("select", move |x| x.select(axis, index))
    }
}
