//! Layer normalisation (Ba, Kiros and Hinton, 2016), in one pass each way.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::{Axes, Float, Result};

/// The rule of [`Var::layer_norm`]. Saves `x, γ`, and mean and `r` for the kernels.
struct LayerNorm {
    epsilon: f64,
}

impl<T: Float> Rule<T> for LayerNorm {
    fn name(&self) -> &'static str {
        "layer_norm"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (x, gamma) = (&saved[0], &saved[1]);
        let (mean, r) = (saved[2].tensor(), saved[3].tensor());
        to.give(0, || {
            fused(
                &[x, gamma, &gy],
                || {
                    x.tensor()
                        .layer_norm_grad(gy.tensor(), Some(gamma.tensor()), mean, r)
                },
                || {
                    let (normal, r) = normalise(x, self.epsilon)?;
                    let g = gy.try_mul(gamma)?;
                    let along = normal.try_mul(&row_mean(&g.try_mul(&normal)?)?)?;
                    g.try_sub(&row_mean(&g)?)?.try_sub(&along)?.try_mul(&r)
                },
            )
        })?;
        if !(to.wants(1) || to.wants(2)) {
            return Ok(());
        }
        let tape = gy.tape().clone();
        if !gy.is_tracked() && !x.is_tracked() && !tape.prefers_composed() {
            let sums = x
                .tensor()
                .layer_norm_grad_parameters(gy.tensor(), mean, r)?;
            to.give(1, || Ok(tape.input(sums.gamma)))?;
            return to.give(2, || Ok(tape.input(sums.beta)));
        }
        let leading: Vec<isize> = (0..x.rank() as isize - 1).collect();
        to.give(1, || {
            gy.try_mul(&normalise(x, self.epsilon)?.0)?
                .sum(&leading[..])
        })?;
        to.give(2, || gy.sum(&leading[..]))
    }
}

/// The mean of each row, kept for broadcasting.
fn row_mean<T: Float>(x: &Var<T>) -> Result<Var<T>> {
    x.mean(Axes::from(-1).keepdims())
}

/// `x̂` and `r`, composed of differentiable operations.
fn normalise<T: Float>(x: &Var<T>, epsilon: f64) -> Result<(Var<T>, Var<T>)> {
    let r = x
        .var(Axes::from(-1).keepdims(), 0)?
        .add_scalar(epsilon)?
        .sqrt()?
        .recip()?;
    Ok((x.try_sub(&row_mean(x)?)?.try_mul(&r)?, r))
}

impl<T: Float> Var<T> {
    /// Normalises each row along the last axis to mean 0 and variance 1, then scales and shifts it: `y = γ·x̂ + β` with
    /// `x̂ = (x − mean)·r` and `r = 1/√(variance + epsilon)`, where the variance is the biased one and `γ`, `β` are `gamma`
    /// and `beta`, as long as a row.
    ///
    /// Gradient: with `g = γ·∂L/∂y`, `∂L/∂x = r·(g − mean(g) − x̂·mean(g·x̂))`; over the rows, `∂L/∂γ = Σ ∂L/∂y·x̂` and
    /// `∂L/∂β = Σ ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[1.0_f64, 3.0]]));
    /// let gamma = tape.var(Tensor::from([1.0, 2.0]));
    /// let beta = tape.var(Tensor::from([0.0, 0.0]));
    /// let y = x.layer_norm(&gamma, &beta, 0.0)?;
    /// assert_eq!(y.tensor(), &Tensor::from([[-1.0, 2.0]]));
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [0.0, 0.0]); // of two different numbers x̂ is always −1, 1
    /// assert_eq!(gradients.get(&gamma)?.to_vec(), [-1.0, 1.0]);
    /// assert_eq!(gradients.get(&beta)?.to_vec(), [1.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't go together, or the variables are on different tapes.
    pub fn layer_norm(&self, gamma: &Var<T>, beta: &Var<T>, epsilon: f64) -> Result<Var<T>> {
        let norm = self
            .tensor()
            .layer_norm(Some(gamma.tensor()), Some(beta.tensor()), epsilon)?;
        let saved = [
            Save::Var(self),
            Save::Var(gamma),
            Save::Tensor(norm.mean),
            Save::Tensor(norm.rstd),
        ];
        self.tape()
            .record(LayerNorm { epsilon }, &[self, gamma, beta], norm.y, saved)
    }
}
