//! A range along an axis.

use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// The `len` elements along `axis` from `start` on: a view, whose rule puts the gradient back in its place.
    ///
    /// # Errors
    /// If the axis or the range is out of bounds.
    pub fn narrow(&self, axis: isize, start: usize, len: usize) -> Result<Var<T>> {
        self.view("narrow", move |x| x.narrow(axis, start, len))
    }
}
