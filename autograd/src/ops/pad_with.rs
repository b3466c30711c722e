//! Borders that continue the tensor.

use crate::Var;
use etude_tensor::{Float, PadMode, Result};

impl<T: Float> Var<T> {
    /// With a border of `(before, behind)` positions on each axis that continues it as `mode` says: the gradient of what a
    /// border shows goes where it came from.
    ///
    /// # Errors
    /// If there isn't one pair for each axis, an axis with a border has no elements to continue, or the result is larger
    /// than memory.
    pub fn pad_with(&self, border: impl AsRef<[(usize, usize)]>, mode: PadMode) -> Result<Var<T>> {
        self.tape().check_live("pad_with", self)?;
        let positions = mode.positions("pad_with", self.shape(), border.as_ref())?;
        if let PadMode::Constant(value) = mode {
            return self.pad(border, value);
        }
        let select = |y: Var<T>, (axis, at)| y.index_select(axis, &at);
        positions.into_iter().try_fold(self.clone(), select)
    }
}
