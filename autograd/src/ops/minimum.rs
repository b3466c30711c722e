//! The smaller of two, element by element.

use super::broadcast_to::with_common_shape;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// `y = min(a, b)`, hence `∂L/∂a = ∂L/∂y` where `a < b`, half of it at a tie, and 0 elsewhere; likewise for `b`.
/// Saves `a, b`.
struct Minimum;

impl<T: Float> Rule<T> for Minimum {
    fn name(&self) -> &'static str {
        "minimum"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (a, b) = (&saved[0], &saved[1]);
        // Who has what share is constant between the ties.
        let share = |a: &Var<T>, b: &Var<T>| {
            let share = a.tensor().binary(Binary::MinimumShare, b.tensor())?;
            a.tape().input(share).try_mul(&gy)
        };
        to.give(0, || share(a, b))?;
        to.give(1, || share(b, a))
    }
}

impl<T: Float> Var<T> {
    /// The smaller of both, element by element; NaN if either is NaN. Shapes broadcast.
    ///
    /// # Errors
    /// If the shapes don't broadcast, or the operands are on different tapes.
    pub fn minimum(&self, other: &Var<T>) -> Result<Var<T>> {
        with_common_shape("minimum", self, other, |a, b| {
            let y = a.tensor().minimum(b.tensor())?;
            a.tape()
                .record(Minimum, &[a, b], y, [Save::Var(a), Save::Var(b)])
        })
    }
}
