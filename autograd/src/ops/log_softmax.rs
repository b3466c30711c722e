//! The log softmax.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::{Axes, Float, Result};

/// The rule of [`Var::log_softmax`]. Saves `y`.
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
    /// The logarithm of the softmax along `axis`, `yᵢ = xᵢ − ln Σⱼ e^xⱼ`, finite for logits of any finite size; −∞
    /// throughout for a row of −∞.
    ///
    /// Gradient: `∂L/∂xᵢ = ∂L/∂yᵢ − e^yᵢ·Σⱼ ∂L/∂yⱼ`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    /// use std::f64::consts::LN_2;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 0.0]));
    /// let y = x.log_softmax(0)?;
    /// assert_eq!(y.tensor().to_vec(), [-LN_2, -LN_2]);
    /// let gradients = y.backward_with(&Tensor::from([1.0, 0.0]))?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [0.5, -0.5]); // less the softmax
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn log_softmax(&self, axis: isize) -> Result<Var<T>> {
        let y = self.tensor().log_softmax(axis)?;
        self.tape()
            .record(LogSoftmax { axis }, &[self], y, [Save::Output])
    }
}
