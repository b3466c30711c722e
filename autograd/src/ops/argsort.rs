//! The positions that put elements in order, which have left the tape by their type.

use crate::Var;
use etude_tensor::{Float, Result, Tensor};

impl<T: Float> Var<T> {
    /// The positions along `axis` that put its elements in ascending or descending order, `x[p₀] ≤ x[p₁] ≤ …`: equal ones keep theirs, NaN counts as
    /// the largest.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([3.0_f32, 1.0, 2.0]));
    /// assert_eq!(x.argsort(0, false)?.to_vec(), [1, 2, 0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn argsort(&self, axis: isize, descending: bool) -> Result<Tensor<i64>> {
        self.tensor().argsort(axis, descending)
    }
}
