//! The smallest element over axes.

use super::kept::kept;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Axes, Float, Result, Tensor};
use smallvec::SmallVec;

/// `y = min x` over some axes, hence `∂L/∂y` goes to the elements that equal `y`, in equal shares. Saves `x, y`.
struct Min {
    /// The axes, counted from the front.
    axes: SmallVec<[usize; 4]>,
}

impl<T: Float> Rule<T> for Min {
    fn name(&self) -> &'static str {
        "min"
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

impl<T: Float> Var<T> {
    /// The smallest element over `axes`; NaN where there is one. Equal ones share the gradient.
    ///
    /// # Errors
    /// If an axis doesn't exist or is named twice, or there is no element to choose.
    pub fn min(&self, axes: impl Into<Axes>) -> Result<Var<T>> {
        let axes = axes.into();
        let y = self.tensor().min(&axes)?;
        let axes = axes.resolve("min", self.rank())?;
        self.tape()
            .record(Min { axes }, &[self], y, [Save::Var(self), Save::Output])
    }
}
