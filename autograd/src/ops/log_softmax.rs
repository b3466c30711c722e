//! The log softmax.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::{Axes, Float, Result};

/// `yᵢ = xᵢ − ln Σⱼ e^xⱼ` along an axis, hence `∂L/∂xᵢ = ∂L/∂yᵢ − e^yᵢ·Σⱼ ∂L/∂yⱼ`. Saves `y`.
struct LogSoftmax {
    axis: isize,
}

impl<T: Float> Rule<T> for LogSoftmax {
    fn name(&self) -> &'static str {
        "log_softmax"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let y = &saved[0];
        to.give(0, || {
            fused(
                &[y, &gy],
                || y.tensor().log_softmax_grad(gy.tensor(), self.axis),
                || {
                    let along = gy.sum(Axes::from(self.axis).keepdims())?;
                    gy.try_sub(&y.exp()?.try_mul(&along)?)
                },
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// The logarithm of the softmax along `axis`, finite for logits of any finite size; −∞ throughout for a row of −∞.
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn log_softmax(&self, axis: isize) -> Result<Var<T>> {
        let y = self.tensor().log_softmax(axis)?;
        self.tape()
            .record(LogSoftmax { axis }, &[self], y, [Save::Output])
    }
}
