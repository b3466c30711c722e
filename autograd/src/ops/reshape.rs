//! The same elements in another shape.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result, Shape};

/// `y = x` in another shape, hence `∂L/∂x` is `∂L/∂y` in the shape of `x`.
struct Reshape;

impl<T: Float> Rule<T> for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give_shaped(0, |shape| gy.reshape(shape.clone()))
    }
}

impl<T: Float> Var<T> {
    /// The same elements, in row-major order, in another shape.
    ///
    /// # Errors
    /// If the number of elements differs.
    pub fn reshape(&self, shape: impl Into<Shape>) -> Result<Var<T>> {
        let y = self.tensor().reshape(shape)?;
        self.tape().record(Reshape, &[self], y, [])
    }
}
