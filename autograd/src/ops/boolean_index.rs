//! Rows by a mask, and writing there.

use crate::Var;
use etude_tensor::{Float, Result, Tensor, plan};

impl<T: Float> Var<T> {
    /// What stands at the places where `mask` is true, `y = x[mask]` of NumPy and PyTorch: the mask has the sizes of the first
    /// axes, for one axis it names rows, and one axis of as many as are true takes the place of these axes.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` where the mask holds, 0 elsewhere.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` where the mask holds, 0 elsewhere.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[1.0_f32, 2.0], [3.0, 4.0], [5.0, 6.0]]));
    /// let y = x.boolean_index(&Tensor::from([true, false, true]))?;
    /// assert_eq!(y.tensor(), &Tensor::from([[1.0, 2.0], [5.0, 6.0]]));
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0, 1.0, 0.0, 0.0, 1.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the mask hasn't the sizes of the variable's first axes.
    pub fn boolean_index(&self, mask: &Tensor<bool>) -> Result<Var<T>> {
        let at = plan::boolean_positions("boolean_index", self.shape(), mask)?;
        self.reshape(at.rows)?.index_select(0, &at.positions)
    }

    /// This with what stands at the places where `mask`, which is as for [`boolean_index`](Var::boolean_index), is true set to
    /// `source`, broadcast to the shape that it has: `y[mask] = source`, and `y = x` elsewhere.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` with 0 where the mask holds; `∂L/∂source` is `∂L/∂y` there.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` with 0 where the mask holds; `∂L/∂source` is `∂L/∂y` there.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]));
    /// let y = x.boolean_index_assign(&Tensor::from([true, false]), &tape.scalar(0.0))?;
    /// assert_eq!(y.tensor(), &Tensor::from([[0.0, 0.0], [3.0, 4.0]]));
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.0, 0.0, 1.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the mask hasn't the sizes of the variable's first axes, `source` doesn't broadcast to what is set, or the variables
    /// are on different tapes.
    pub fn boolean_index_assign(&self, mask: &Tensor<bool>, source: &Var<T>) -> Result<Var<T>> {
        let op = "boolean_index_assign";
        self.tape().check_same(op, source)?;
        let at = plan::boolean_positions(op, self.shape(), mask)?;
        self.positions_assigned(op, &at, source)
    }
}
