//! The axes in another order.

use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// The axes in another order: axis `i` of the result is axis `order[i]` of this. A view.
    ///
    /// # Errors
    /// If `order` isn't a permutation of the axes.
    pub fn permute(&self, order: impl AsRef<[isize]>) -> Result<Var<T>> {
        let order = order.as_ref().to_vec();
        self.view("permute", move |x| x.permute(&order))
    }
}
