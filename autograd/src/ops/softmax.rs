//! The softmax.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::{Axes, Float, Result};

/// `yᵢ = e^xᵢ / Σⱼ e^xⱼ` along an axis, hence `∂L/∂xᵢ = yᵢ·(∂L/∂yᵢ − Σⱼ yⱼ·∂L/∂yⱼ)`. Saves `y`.
struct Softmax {
    axis: isize,
}

impl<T: Float> Rule<T> for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let y = &saved[0];
        to.give(0, || {
            fused(
                &[y, &gy],
                || y.tensor().softmax_grad(gy.tensor(), self.axis),
                || {
                    let along = gy.try_mul(y)?.sum(Axes::from(self.axis).keepdims())?;
                    y.try_mul(&gy.try_sub(&along)?)
                },
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// The softmax along `axis`, finite for logits of any finite size; 0 throughout for a row of
    /// −∞, with gradient 0.
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn softmax(&self, axis: isize) -> Result<Var<T>> {
        let y = self.tensor().softmax(axis)?;
        self.tape()
            .record(Softmax { axis }, &[self], y, [Save::Output])
    }
}
