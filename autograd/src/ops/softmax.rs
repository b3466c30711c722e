//! The softmax.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::{Axes, Float, Result};

/// The rule of [`Var::softmax`]. Saves `y`.
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
    /// The softmax along `axis`, `yᵢ = e^xᵢ / Σⱼ e^xⱼ`, finite for logits of any finite size; 0 throughout for a row of −∞,
    /// with gradient 0.
    ///
    /// Gradient: `∂L/∂xᵢ = yᵢ·(∂L/∂yᵢ − Σⱼ yⱼ·∂L/∂yⱼ)`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1000.0_f64, 1000.0]));
    /// let y = x.softmax(0)?;
    /// assert_eq!(y.tensor().to_vec(), [0.5, 0.5]);
    /// let gradients = y.backward_with(&Tensor::from([1.0, 0.0]))?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [0.25, -0.25]); // ½·(1 − ½), ½·(0 − ½)
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn softmax(&self, axis: isize) -> Result<Var<T>> {
        let y = self.tensor().softmax(axis)?;
        self.tape()
            .record(Softmax { axis }, &[self], y, [Save::Output])
    }
}
