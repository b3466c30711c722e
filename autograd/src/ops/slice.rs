//! A range along an axis, with steps.

use crate::Var;
use etude_tensor::{Float, Result, Slice};

impl<T: Float> Var<T> {
    /// The elements along `axis` that the slice names, such as `1..-1` or `Slice::from(..).step(-2)`: a view.
    ///
    /// # Errors
    /// If the axis or the range is out of bounds.
    pub fn slice(&self, axis: isize, slice: impl Into<Slice>) -> Result<Var<T>> {
        let slice = slice.into();
        self.view("slice", move |x| x.slice(axis, slice))
    }
}
