//! Multiplication, element by element.

use super::broadcast_to::with_common_shape;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = a · b`, hence `∂L/∂a = b · ∂L/∂y` and `∂L/∂b = a · ∂L/∂y`. Saves `a, b`, each only if the other is tracked.
struct Mul;

impl<T: Float> Rule<T> for Mul {
    fn name(&self) -> &'static str {
        "mul"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        // Whoever comes last may have the memory of `gy`.
        if !to.wants(1) {
            return to.give(0, || gy.into_product(&saved[1]));
        }
        to.give(0, || gy.try_mul(&saved[1]))?;
        to.give(1, || gy.into_product(&saved[0]))
    }
}

impl<T: Float> Var<T> {
    /// `a · b`, element by element; shapes broadcast. The operator `*` is this, with a panic for the error.
    ///
    /// # Errors
    /// If the shapes don't broadcast, or the operands are on different tapes.
    pub fn try_mul(&self, other: &Var<T>) -> Result<Var<T>> {
        with_common_shape("mul", self, other, |a, b| {
            let y = a.tensor().try_mul(b.tensor())?;
            let saved = [Save::for_gradient_of(a, b), Save::for_gradient_of(b, a)];
            a.tape().record(Mul, &[a, b], y, saved)
        })
    }
}
