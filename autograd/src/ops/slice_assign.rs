//! Writing to the part that slices name.

use crate::Var;
use etude_tensor::{Float, Result, Slice, Tensor};

impl<T: Float> Var<T> {
    /// This with the part that `slices` names (see [`slices`](Var::slices)) set to `source`, broadcast to it: `y[slices] = source`,
    /// and `y = x` elsewhere.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` with 0 in that part; `∂L/∂source` is `∂L/∂y` there.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` with 0 in the part; `∂L/∂source` is `∂L/∂y` there.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::{Tensor, s};
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]));
    /// let y = x.slice_assign(s![.., 0], &tape.scalar(9.0))?;
    /// assert_eq!(y.tensor(), &Tensor::from([[9.0, 2.0], [9.0, 4.0]]));
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.0, 1.0, 0.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the slices don't fit the variable, `source` doesn't broadcast to the part, or the variables are on different tapes.
    pub fn slice_assign(&self, slices: impl AsRef<[Slice]>, source: &Var<T>) -> Result<Var<T>> {
        self.tape().check_same("slice_assign", source)?;
        let elements = self.tensor().elements();
        let numbers = Tensor::arange(0_i64, elements as i64, 1)?.reshape(self.shape())?;
        let part = numbers.slices_for("slice_assign", slices)?;
        let count = part.elements();
        source
            .tensor()
            .broadcast_for("slice_assign", &part.to_shape())?;
        let source = source.broadcast_to(part.shape())?.reshape([1, count, 1])?;
        self.reshape([1, elements, 1])?
            .rows_assigned(&part.reshape([count])?, &source)?
            .reshape(self.shape())
    }
}
