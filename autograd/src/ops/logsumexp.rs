//! The logarithm of a sum of exponentials.

use super::kept::kept;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Axes, Float, Result, Tensor};
use smallvec::SmallVec;

/// `y = ln Σ eˣ` over some axes, hence `∂L/∂x = e^(x − y) · ∂L/∂y`: the softmax. Saves `x, y`.
struct LogSumExp {
    /// The axes, counted from the front.
    axes: SmallVec<[usize; 4]>,
}

impl<T: Float> Rule<T> for LogSumExp {
    fn name(&self) -> &'static str {
        "logsumexp"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            let y = kept(&saved[1], x.shape(), &self.axes)?;
            // Where all of x is −∞, so is y, and x − y would be NaN: with 0 in place of y the exponential is 0.
            let nothing = y.tensor().equal(&Tensor::scalar(T::NEG_INFINITY))?;
            let y = y.tape().scalar(0.0).where_(&nothing, &y)?;
            x.try_sub(&y)?
                .exp()?
                .try_mul(&kept(&gy, x.shape(), &self.axes)?)
        })
    }
}

impl<T: Float> Var<T> {
    /// `ln Σ exp x` over `axes`, through the shifted sum, so that it neither overflows nor underflows; −∞ over nothing or
    /// over −∞ alone.
    ///
    /// # Errors
    /// If an axis doesn't exist or is named twice.
    pub fn logsumexp(&self, axes: impl Into<Axes>) -> Result<Var<T>> {
        let axes = axes.into();
        let y = self.tensor().logsumexp(&axes)?;
        let axes = axes.resolve("logsumexp", self.rank())?;
        self.tape().record(
            LogSumExp { axes },
            &[self],
            y,
            [Save::Var(self), Save::Output],
        )
    }
}
