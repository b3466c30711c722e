//! One axis in another place.

use crate::Var;
use etude_tensor::{Float, Result, axis_index};

impl<T: Float> Var<T> {
    /// A view with axis `from` moved to position `to`, the others in their order: `y[j, k, i] = x[i, j, k]` from 0 to 2.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` with the axis moved back.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` with its axes put back.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::<f32>::zeros([2, 3, 4]));
    /// assert_eq!(x.moveaxis(0, -1)?.shape(), [3, 4, 2]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range.
    pub fn moveaxis(&self, from: isize, to: isize) -> Result<Var<T>> {
        let from = axis_index("moveaxis", from, self.rank())? as isize;
        let to = axis_index("moveaxis", to, self.rank())?;
        let mut order: Vec<isize> = (0..self.rank() as isize)
            .filter(|&axis| axis != from)
            .collect();
        order.insert(to, from);
        self.permute(order)
    }
}
