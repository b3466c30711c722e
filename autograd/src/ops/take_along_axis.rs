//! What positions along an axis name.

use crate::Var;
use etude_tensor::{Float, Result, Tensor, plan};

impl<T: Float> Var<T> {
    /// The elements at `indices` along `axis`: variable and indices have the same rank, and broadcast together along all
    /// other axes. Negative indices count from the end.
    ///
    /// # Errors
    /// If the axis or an index is out of range, the ranks differ, or the other axes don't broadcast.
    pub fn take_along_axis(&self, indices: &Tensor<i64>, axis: isize) -> Result<Var<T>> {
        let (shape, indices) = plan::along_axis("take_along_axis", self.shape(), indices, axis)?;
        self.broadcast_to(shape)?.gather(axis, &indices)
    }
}
