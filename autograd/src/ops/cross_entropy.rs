//! The cross entropy of logits with class indices.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::{Float, Result, Tensor};

/// The rule of [`Var::cross_entropy`]. Saves `x`, and the logarithm of the sum for the kernel.
struct CrossEntropy {
    target: Tensor<i64>,
}

impl<T: Float> Rule<T> for CrossEntropy {
    fn name(&self) -> &'static str {
        "cross_entropy"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || {
                    x.tensor()
                        .cross_entropy_grad(&self.target, saved[1].tensor(), gy.tensor())
                },
                || {
                    let classes = x.shape()[x.rank() - 1];
                    let hit = x.tape().input(self.target.one_hot(classes)?);
                    x.softmax(-1)?.try_sub(&hit)?.try_mul(&gy.unsqueeze(-1)?)
                },
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// The cross entropy of each row of logits `[…, classes]` with its target class `[…]`,
    /// `ℓᵢ = ln Σⱼ e^xᵢⱼ − x[i, targetᵢ]`, of the target's shape, finite for logits of any finite size.
    ///
    /// Gradient: `∂L/∂xᵢⱼ = (softmax(x)ᵢⱼ − [j = targetᵢ]) · ∂L/∂ℓᵢ`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    /// use std::f64::consts::LN_2;
    ///
    /// let tape = Tape::new();
    /// let logits = tape.var(Tensor::from([[0.0_f64, 0.0], [1000.0, 0.0]]));
    /// let losses = logits.cross_entropy(&Tensor::from([1, 0]))?;
    /// assert_eq!(losses.tensor().to_vec(), [LN_2, 0.0]);
    /// let gradient = losses.sum(..)?.backward()?.get(&logits)?;
    /// assert_eq!(gradient, Tensor::from([[0.5, -0.5], [0.0, 0.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the target's shape isn't the logits' without the last axis, or a target is no class.
    pub fn cross_entropy(&self, target: &Tensor<i64>) -> Result<Var<T>> {
        let result = self.tensor().cross_entropy(target)?;
        let rule = CrossEntropy {
            target: target.clone(),
        };
        self.tape().record(
            rule,
            &[self],
            result.loss,
            [Save::Var(self), Save::Tensor(result.logsumexp)],
        )
    }
}
