//! What a mask lets through.

use crate::Var;
use etude_tensor::{Float, Result, Shape, Tensor};

impl<T: Float> Var<T> {
    /// The elements where `mask` is true, in row-major order, as a vector. Variable and mask broadcast together, so that a mask
    /// with fewer axes stands for the last ones; for rows there is [`boolean_index`](Var::boolean_index).
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
