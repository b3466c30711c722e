//! The larger and the smaller of two, element by element: the rule that both share.

use super::broadcast_to::with_common_shape;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// `y` is the winner of `a` and `b`, hence `∂L/∂a = ∂L/∂y` where `a` wins, half of it at a tie, and 0 elsewhere; likewise for `b`.
/// Saves `a, b`.
struct Winner {
    name: &'static str,
    /// 1, ½ or 0: what part the first of two operands has in the winner.
    share: Binary,
}

impl<T: Float> Rule<T> for Winner {
    fn name(&self) -> &'static str {
        self.name
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (a, b) = (&saved[0], &saved[1]);
        // Who has what share is constant between the ties.
        let share = |a: &Var<T>, b: &Var<T>| {
            let share = a.tensor().binary(self.share, b.tensor())?;
            a.tape().input(share).try_mul(&gy)
        };
        to.give(0, || share(a, b))?;
        to.give(1, || share(b, a))
    }
}

/// The winner of two, chosen by `choose`, under the operation's name.
pub(super) fn winner<T: Float>(
    name: &'static str,
    a: &Var<T>,
    b: &Var<T>,
    choose: Binary,
    share: Binary,
) -> Result<Var<T>> {
    with_common_shape(name, a, b, |a, b| {
        let y = a.tensor().binary(choose, b.tensor())?;
        let saved = [Save::Var(a), Save::Var(b)];
        a.tape().record(Winner { name, share }, &[a, b], y, saved)
    })
}
