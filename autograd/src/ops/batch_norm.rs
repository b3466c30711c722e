//! Batch normalisation (Ioffe and Szegedy, 2015), in two passes each way.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Axes, Float, Result, Tensor};

/// The rule of [`Var::batch_norm`]. Saves `x, γ`, and mean and variance for the kernels.
struct BatchNorm {
    epsilon: f64,
}

impl<T: Float> Rule<T> for BatchNorm {
    fn name(&self) -> &'static str {
        "batch_norm"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (x, gamma) = (&saved[0], &saved[1]);
        let tape = gy.tape().clone();
        let tracked = [x, gamma, &gy].iter().any(|operand| operand.is_tracked());
        if !tracked && !tape.prefers_composed() {
            // All three gradients come from the same sums.
            let gradients = x.tensor().batch_norm_grad(
                gy.tensor(),
                gamma.tensor(),
                saved[2].tensor(),
                saved[3].tensor(),
                self.epsilon,
            )?;
            to.give(0, || Ok(tape.input(gradients.x)))?;
            to.give(1, || Ok(tape.input(gradients.gamma)))?;
            return to.give(2, || Ok(tape.input(gradients.beta)));
        }
        let positions: Vec<isize> = (0..x.rank() as isize - 1).collect();
        let positions = Axes::from(positions);
        let each = positions.clone().keepdims();
        let variance = x.var(&each, 0)?;
        let r = variance.add_scalar(self.epsilon)?.sqrt()?.recip()?;
        let normal = x.try_sub(&x.mean(&each)?)?.try_mul(&r)?;
        let along = gy.try_mul(&normal)?;
        to.give(0, || {
            let rest = gy
                .try_sub(&gy.mean(&each)?)?
                .try_sub(&normal.try_mul(&along.mean(&each)?)?)?;
            rest.try_mul(&r.try_mul(gamma)?)
        })?;
        to.give(1, || along.sum(&positions))?;
        to.give(2, || gy.sum(&positions))
    }
}

/// What [`Var::batch_norm`] returns: the result, and the moments that it was normalised by, which are constants.
#[derive(Clone, Debug)]
pub struct BatchNormed<T: Float> {
    /// The normalised, scaled and shifted channels.
    pub y: Var<T>,
    /// The mean of each channel.
    pub mean: Tensor<T>,
    /// The biased variance of each channel.
    pub variance: Tensor<T>,
}

impl<T: Float> Var<T> {
    /// Normalises each channel, on the last axis, over all other axes to mean 0 and variance 1, then scales and shifts it:
    /// `y = γ·x̂ + β` with `x̂ = (x − mean)·r` and `r = 1/√(variance + epsilon)`, where the variance is the biased one and
    /// `γ`, `β` are `gamma` and `beta` `[channels]`.
    ///
    /// Gradient: with `g = ∂L/∂y`, `∂L/∂x = γ·r·(g − mean(g) − x̂·mean(g·x̂))`, which runs through the moments,
    /// `∂L/∂γ = Σ g·x̂` and `∂L/∂β = Σ g`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[1.0_f64], [3.0]]));
    /// let gamma = tape.var(Tensor::from([2.0]));
    /// let beta = tape.var(Tensor::from([10.0]));
    /// let normed = x.batch_norm(&gamma, &beta, 0.0)?;
    /// assert_eq!((normed.mean.to_vec(), normed.variance.to_vec()), (vec![2.0], vec![1.0]));
    /// let y = normed.y;
    /// assert_eq!(y.tensor(), &Tensor::from([[8.0], [12.0]]));
    /// let gradients = y.backward_with(&Tensor::from([[0.0], [1.0]]))?;
    /// assert_eq!(gradients.get(&gamma)?.to_vec(), [1.0]);
    /// assert_eq!(gradients.get(&beta)?.to_vec(), [1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't go together, `x` has no element, or the variables are on different tapes.
    pub fn batch_norm(
        &self,
        gamma: &Var<T>,
        beta: &Var<T>,
        epsilon: f64,
    ) -> Result<BatchNormed<T>> {
        let norm = self
            .tensor()
            .batch_norm(gamma.tensor(), beta.tensor(), epsilon)?;
        let saved = [
            Save::Var(self),
            Save::Var(gamma),
            Save::Tensor(norm.mean.clone()),
            Save::Tensor(norm.variance.clone()),
        ];
        let inputs = [self, gamma, beta];
        let y = self
            .tape()
            .record(BatchNorm { epsilon }, &inputs, norm.y, saved)?;
        Ok(BatchNormed {
            y,
            mean: norm.mean,
            variance: norm.variance,
        })
    }
}
