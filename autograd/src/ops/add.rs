//! Addition.

use super::broadcast_to::with_common_shape;
use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = a + b`, hence `∂L/∂a = ∂L/∂b = ∂L/∂y`.
struct Add;

impl<T: Float> Rule<T> for Add {
    fn name(&self) -> &'static str {
        "add"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(1, || Ok(gy.clone()))?;
        to.give(0, || Ok(gy))
    }
}

impl<T: Float> Var<T> {
    /// `a + b`; shapes broadcast. The operator `+` is this, with a panic for the error.
    ///
    /// # Errors
    /// If the shapes don't broadcast, or the operands are on different tapes.
    pub fn try_add(&self, other: &Var<T>) -> Result<Var<T>> {
        with_common_shape("add", self, other, |a, b| {
            let y = a.tensor().try_add(b.tensor())?;
            a.tape().record(Add, &[a, b], y, [])
        })
    }
}
