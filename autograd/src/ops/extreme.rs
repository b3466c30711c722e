//! The largest and the smallest element over axes: the rule that both share.

use super::kept::kept;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Axes, Float, Result, Tensor};
use smallvec::SmallVec;

/// `y` is the extreme of `x` over some axes, hence `∂L/∂y` goes to the elements that equal `y`, in equal shares. Saves `x, y`.
struct Extreme {
    name: &'static str,
    /// The axes, counted from the front.
    axes: SmallVec<[usize; 4]>,
}

impl<T: Float> Rule<T> for Extreme {
    fn name(&self) -> &'static str {
        self.name
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            // Who has what share doesn't change in a neighbourhood, so the shares are constants.
            let y = kept(&saved[1].detach(), x.shape(), &self.axes)?;
            let equal = x.tensor().equal(y.tensor())?;
            let winners = equal.where_(&Tensor::scalar(T::one()), &Tensor::scalar(T::zero()))?;
            let axes: Vec<isize> = self.axes.iter().map(|&axis| axis as isize).collect();
            let share = winners.try_div(&winners.sum(Axes::from(axes).keepdims())?)?;
            gy.tape()
                .input(share)
                .try_mul(&kept(&gy, x.shape(), &self.axes)?)
        })
    }
}

/// Records `y`, the extreme of `x` over `axes`, under the operation's name.
pub(super) fn extreme<T: Float>(
    name: &'static str,
    x: &Var<T>,
    axes: &Axes,
    y: Tensor<T>,
) -> Result<Var<T>> {
    let axes = axes.resolve(name, x.rank())?;
    let rule = Extreme { name, axes };
    x.tape().record(rule, &[x], y, [Save::Var(x), Save::Output])
}
