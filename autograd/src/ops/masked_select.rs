//! What a mask lets through.

use crate::Var;
use etude_tensor::{Float, Result, Shape, Tensor};

impl<T: Float> Var<T> {
    /// The elements where `mask` is true, in row-major order, as a vector: `y[k] = x[k-th place in mask]`. Variable and mask broadcast
    /// together, so that a mask with fewer axes stands for the last ones; for rows there is [`boolean_index`](Var::boolean_index).
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` where the mask holds, 0 elsewhere.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, -2.0, 3.0]));
    /// let y = x.masked_select(&Tensor::from([true, false, true]))?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 3.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0, 0.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn masked_select(&self, mask: &Tensor<bool>) -> Result<Var<T>> {
        let shape = Shape::broadcast("masked_select", self.shape(), mask.shape())?;
        let at = mask.broadcast_to(&shape)?.flat_nonzero();
        let elements = shape.elements();
        self.broadcast_to(shape)?
            .reshape([elements])?
            .index_select(0, &at)
    }
}
