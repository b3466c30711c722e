//! Sliding windows.

use crate::Var;
use etude_tensor::{Float, Result, Window};

impl<T: Float> Var<T> {
    /// Windows that slide along axes, each axis of a window as a new last axis: a view, in which an element shows up once for each window that holds it.
    ///
    /// # Errors
    /// If an axis is out of range or a window doesn't fit.
    pub fn windows(&self, windows: impl AsRef<[Window]>) -> Result<Var<T>> {
        let windows = windows.as_ref().to_vec();
        self.view("windows", move |x| x.windows(&windows))
    }
}
