//! Several axes as one.

use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// The axes `from..=to` as one, in row-major order.
    ///
    /// # Errors
    /// If an axis is out of range or `from` lies behind `to`.
    pub fn flatten(&self, from: isize, to: isize) -> Result<Var<T>> {
        let shape = self.tensor().flatten(from, to)?.shape().to_vec();
        self.reshape(shape)
    }
}
