//! The sum over the members of a group that work on one batch together.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = Σₖ xₖ` over the members k, each of which has `y`, hence `∂L/∂xₖ = Σₖ ∂L/∂yₖ`, where L is the sum of all members' losses: again
/// a sum over the members.
struct AllReduceSum;

impl<T: Float> Rule<T> for AllReduceSum {
    fn name(&self) -> &'static str {
        "all_reduce_sum"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || gy.all_reduce_sum())
    }
}

impl<T: Float> Var<T> {
    /// The sum of this over the members of the tape's [group](crate::Tape::with_group), added up in the order of their ranks; on a tape
    /// without a group, this itself. All members call it in the same order, forward and, by running the same program, backward.
    ///
    /// # Errors
    /// If a member has left or gives another shape.
    pub fn all_reduce_sum(&self) -> Result<Var<T>> {
        let tape = self.tape();
        let sum = match tape.group() {
            Some(group) => group.sum(self.tensor())?,
            None => self.tensor().clone(),
        };
        tape.record(AllReduceSum, &[self], sum, [])
    }
}
