//! The sum over the members of a group that work on one batch together.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::all_reduce_sum`].
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
    /// The sum of this, `y = Σₘ xₘ`, over the members of the tape's [group](crate::Tape::with_group), added up in the order of their ranks; on a tape
    /// without a group, this itself. All members call it in the same order, forward and, by running the same program, backward.
    ///
    /// Gradient: `∂L/∂xₖ = Σⱼ ∂L/∂yⱼ` over the members j, where L is the sum of all members' losses: again a sum over the
    /// members.
    ///
    /// ```
    /// use etude_autograd::{AllReduce, Tape, ThreadGroup};
    /// use etude_tensor::Tensor;
    /// use std::rc::Rc;
    ///
    /// // Two threads with a tape each: the sum over both of x², where the members' x are 1 and 2.
    /// let sums: Vec<f32> = std::thread::scope(|scope| {
    ///     let members: Vec<_> = ThreadGroup::new(2)
    ///         .into_iter()
    ///         .map(|member| scope.spawn(move || {
    ///             let x = Tensor::scalar(1.0 + member.rank() as f32);
    ///             let tape = Tape::new().with_group(Rc::new(member));
    ///             tape.input(x).square()?.all_reduce_sum()?.tensor().item()
    ///         }))
    ///         .collect();
    ///     members.into_iter().map(|member| member.join().expect("no panic")).collect::<Result<_, _>>()
    /// })?;
    /// assert_eq!(sums, [5.0, 5.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
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
