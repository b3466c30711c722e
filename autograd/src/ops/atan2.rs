//! The angle of a point.

use super::broadcast_to::with_common_shape;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y` is the angle of the point with ordinate `a` and abscissa `b`, hence `∂L/∂a = b/(a² + b²) · ∂L/∂y` and `∂L/∂b = −a/(a² + b²) · ∂L/∂y`.
/// Saves `a, b`.
struct Atan2;

impl<T: Float> Rule<T> for Atan2 {
    fn name(&self) -> &'static str {
        "atan2"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (a, b) = (&saved[0], &saved[1]);
        let turn = gy.try_div(&a.square()?.try_add(&b.square()?)?)?; // both gradients are made from it
        to.give(0, || turn.try_mul(b))?;
        to.give(1, || turn.try_mul(a)?.try_neg())
    }
}

impl<T: Float> Var<T> {
    /// The angle of the point with the ordinate `self` and the abscissa `other`, element by element, from −π to π; NaN
    /// if either is NaN. Shapes broadcast. The derivative is undefined at (0, 0): NaN.
    ///
    /// # Errors
    /// If the shapes don't broadcast, or the operands are on different tapes.
    pub fn atan2(&self, other: &Var<T>) -> Result<Var<T>> {
        with_common_shape("atan2", self, other, |a, b| {
            let y = a.tensor().atan2(b.tensor())?;
            a.tape()
                .record(Atan2, &[a, b], y, [Save::Var(a), Save::Var(b)])
        })
    }
}
