//! Subtraction.

use super::broadcast_to::with_common_shape;
use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = a − b`, hence `∂L/∂a = ∂L/∂y` and `∂L/∂b = −∂L/∂y`.
struct Sub;

impl<T: Float> Rule<T> for Sub {
    fn name(&self) -> &'static str {
        "sub"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(1, || gy.try_neg())?;
        to.give(0, || Ok(gy))
    }
}

impl<T: Float> Var<T> {
    /// `a − b`; shapes broadcast. The operator `-` is this, with a panic for the error.
    ///
    /// # Errors
    /// If the shapes don't broadcast, or the operands are on different tapes.
    pub fn try_sub(&self, other: &Var<T>) -> Result<Var<T>> {
        with_common_shape("sub", self, other, |a, b| {
            let y = a.tensor().try_sub(b.tensor())?;
            a.tape().record(Sub, &[a, b], y, [])
        })
    }
}
