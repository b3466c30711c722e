//! The gradient of each sample by itself, not of their mean.

use crate::{Gradients, Param, Var};
use etude_tensor::{Error, Float, Result, Tensor};

/// The gradients of each sample's loss: `loss(i)` computes that of sample `i`, and is walked back from at once, so that no more
/// than one recording is in memory.
///
/// What a mean hides: which samples pull hardest, how much they disagree, and gradients clipped sample by sample, as in
/// differentially private training (Abadi et al., 2016).
///
/// ```
/// use etude_autograd::{Param, Tape, per_sample};
/// use etude_tensor::Tensor;
///
/// let weight = Param::new(Tensor::from([1.0_f64, 2.0]));
/// let x = Tensor::from([[1.0, 0.0], [0.0, 3.0], [4.0, 4.0]]);
/// let tape = Tape::training(1);
/// let samples = per_sample(x.shape()[0], |i| {
///     tape.input(x.select(0, i as isize)?).matmul(&tape.param(&weight)?)
/// })?;
/// assert_eq!(samples.param(&weight)?, x); // ∂(x·w)/∂w = x
/// assert_eq!(samples.norms()[1], 3.0);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
///
/// # Errors
/// What `loss` reports, and as [`backward`](Var::backward).
pub fn per_sample<T: Float>(
    samples: usize,
    mut loss: impl FnMut(usize) -> Result<Var<T>>,
) -> Result<PerSample<T>> {
    let gradients: Result<Vec<Gradients<T>>> = (0..samples).map(|i| loss(i)?.backward()).collect();
    Ok(PerSample {
        gradients: gradients?,
    })
}

/// The gradients of each sample, from [`per_sample`].
#[derive(Clone, Debug)]
pub struct PerSample<T: Float = f32> {
    gradients: Vec<Gradients<T>>,
}

impl<T: Float> PerSample<T> {
    /// The gradients, sample by sample.
    pub fn gradients(&self) -> &[Gradients<T>] {
        &self.gradients
    }

    /// The gradients for one parameter, of shape `[samples, shape...]`; zeros for a sample whose loss doesn't depend on it.
    ///
    /// # Errors
    /// If the parameter hasn't been built.
    pub fn param(&self, param: &Param<T>) -> Result<Tensor<T>> {
        let zeros = param.value()?.zeros_like();
        let rows: Vec<Tensor<T>> = self
            .gradients
            .iter()
            .map(|gradients| gradients.param(param).unwrap_or(&zeros).clone())
            .collect();
        if rows.is_empty() {
            return Ok(Tensor::zeros([&[0], zeros.shape()].concat()));
        }
        Tensor::stack(&rows, 0)
    }

    /// The norm of each sample's gradients for all parameters together.
    pub fn norms(&self) -> Vec<f64> {
        self.gradients.iter().map(Gradients::global_norm).collect()
    }

    /// The mean over the samples, each first scaled down to a norm of at most `largest`, for an optimizer's step.
    ///
    /// # Errors
    /// If there are no samples, or `largest` isn't positive.
    pub fn clipped_mean(self, largest: f64) -> Result<Gradients<T>> {
        if largest.is_nan() || largest <= 0.0 {
            let message = format!("a largest norm of {largest}; expected a positive number");
            return Err(Error::value("per_sample", message));
        }
        let count = self.gradients.len();
        let mut sum: Option<Gradients<T>> = None;
        for mut gradients in self.gradients {
            let norm = gradients.global_norm();
            if norm > largest {
                gradients.scale(largest / norm);
            }
            match &mut sum {
                None => sum = Some(gradients),
                Some(sum) => sum.merge(gradients)?,
            }
        }
        let Some(mut mean) = sum else {
            return Err(Error::value(
                "per_sample",
                "a mean over no samples; expected at least one",
            ));
        };
        mean.scale(1.0 / count as f64);
        Ok(mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tape;

    #[test]
    fn the_mean_of_all_is_the_gradient_of_the_mean() -> Result<()> {
        let weight = Param::new(Tensor::from([0.5_f64, -1.0]));
        let x = Tensor::from([[1.0, 2.0], [3.0, -4.0], [0.5, 0.0]]);
        let tape = Tape::training(0);
        let loss = |x: Tensor<f64>| tape.input(x).matmul(&tape.param(&weight)?)?.tanh();
        let samples = per_sample(3, |i| loss(x.select(0, i as isize)?))?;
        let together = loss(x.clone())?.mean(..)?.backward()?;
        let expected = together.param(&weight).unwrap().to_vec();
        let mean = samples.clone().clipped_mean(f64::INFINITY)?;
        for (a, b) in mean
            .param(&weight)
            .unwrap()
            .to_vec()
            .into_iter()
            .zip(&expected)
        {
            assert!((a - b).abs() < 1e-15, "{a} {b}");
        }
        let smallest = samples.norms().into_iter().fold(f64::INFINITY, f64::min);
        let clipped = samples.clipped_mean(smallest)?;
        assert!(clipped.global_norm() <= smallest * (1.0 + 1e-12));
        Ok(())
    }

    #[test]
    fn no_samples_have_no_mean() -> Result<()> {
        let none = per_sample(0, |_| unreachable!())?;
        let weight = Param::new(Tensor::from([0.5_f64, -1.0]));
        assert_eq!(none.param(&weight)?.shape(), [0, 2]);
        assert!(none.clone().clipped_mean(0.0).is_err());
        assert!(
            none.clipped_mean(1.0)
                .unwrap_err()
                .to_string()
                .contains("no samples")
        );
        Ok(())
    }
}
