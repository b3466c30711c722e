//! Ranges along all axes at once.

use crate::Var;
use etude_tensor::{Float, Result, Slice};

impl<T: Float> Var<T> {
    /// The elements that the slices name, one slice an axis: a view.
    ///
    /// # Errors
    /// If there are more slices than axes or one leaves its axis.
    pub fn slices(&self, slices: impl AsRef<[Slice]>) -> Result<Var<T>> {
        let slices = slices.as_ref().to_vec();
        self.view("slice", move |x| x.slices(&slices))
    }
}
