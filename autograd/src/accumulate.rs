//! Large batches in small pieces: gradients add up.

use crate::{Gradients, Var};
use etude_tensor::{Error, Float, Result};

/// The gradient of a weighted mean of losses, from one piece after the other: for batches whose activations don't fit into
/// memory at once.
///
/// `L = Σ nᵢ·Lᵢ / Σ nᵢ`, hence `∇L` is the mean of the `∇Lᵢ` with the same weights. Where each `Lᵢ` is a mean over the samples of
/// a micro-batch and `nᵢ` their number, `L` is the mean over all samples, also when the last piece is smaller. (A layer that looks at
/// the whole batch, such as batch normalization, sees the pieces.) Pending updates of buffers are kept, in their order.
///
/// ```
/// use etude_autograd::{Accumulation, Param, Tape};
/// use etude_tensor::Tensor;
///
/// let weight = Param::new(Tensor::scalar(2.0_f64));
/// let tape = Tape::training(1);
/// let mut accumulation = Accumulation::new();
/// for batch in [vec![1.0, 2.0], vec![6.0]] {
///     let size = batch.len();
///     let x = tape.input(Tensor::from_slice([size], &batch)?);
///     let loss = x.try_mul(&tape.param(&weight)?)?.mean(..)?;
///     accumulation.add(&loss, size as f64)?; // spends the recording: its memory is free for the next piece
/// }
/// let gradients = accumulation.finish()?; // for optimizer.step(&mut model, &gradients)
/// assert_eq!(gradients.param(&weight).unwrap().item()?, 3.0); // the mean of 1, 2 and 6
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Debug)]
pub struct Accumulation<T: Float = f32> {
    sum: Option<Gradients<T>>,
    weight: f64,
}

impl<T: Float> Accumulation<T> {
    /// Nothing yet.
    #[allow(clippy::new_without_default)] // an accumulation of nothing has no gradients to give
    pub fn new() -> Self {
        Accumulation {
            sum: None,
            weight: 0.0,
        }
    }

    /// Walks back from the loss of one piece and adds its gradients, with this weight.
    ///
    /// # Errors
    /// As [`backward`](Var::backward), and for a weight that isn't positive and finite.
    pub fn add(&mut self, loss: &Var<T>, weight: f64) -> Result<()> {
        if !(weight > 0.0 && weight.is_finite()) {
            let message = format!(
                "weight {weight}; expected a positive number, such as the number of samples"
            );
            return Err(Error::value("accumulate", message));
        }
        let mut gradients = loss.backward()?;
        gradients.scale(weight);
        match &mut self.sum {
            None => self.sum = Some(gradients),
            Some(sum) => sum.merge(gradients)?,
        }
        self.weight += weight;
        Ok(())
    }

    /// The gradients of the weighted mean.
    ///
    /// # Errors
    /// If nothing has been added.
    pub fn finish(self) -> Result<Gradients<T>> {
        let Some(mut sum) = self.sum else {
            return Err(Error::state(
                "accumulate",
                "no loss has been added; expected at least one",
            ));
        };
        sum.scale(1.0 / self.weight);
        Ok(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Param, Tape};
    use etude_tensor::{Rng, Tensor};

    #[test]
    fn pieces_give_the_gradient_of_the_whole() -> Result<()> {
        let weight = Param::new(Tensor::normal([3], 0.0, 1.0, &mut Rng::seed(1))?);
        let x: Tensor<f64> = Tensor::normal([10, 3], 0.0, 1.0, &mut Rng::seed(2))?;
        let tape = Tape::training(0);
        let loss = |x: Tensor<f64>| {
            let y = tape.input(x).matmul(&tape.param(&weight)?)?;
            y.try_mul(&y)?.mean(..)
        };
        let whole = loss(x.clone())?.backward()?;
        let mut accumulation = Accumulation::new();
        for (start, size) in [(0, 4), (4, 4), (8, 2)] {
            accumulation.add(&loss(x.narrow(0, start, size)?)?, size as f64)?;
        }
        let pieces = accumulation.finish()?;
        let values = |gradients: &Gradients<f64>| gradients.param(&weight).unwrap().to_vec();
        for (a, b) in values(&whole).into_iter().zip(values(&pieces)) {
            assert!((a - b).abs() < 1e-14, "{a} {b}");
        }
        Ok(())
    }

    #[test]
    fn nothing_and_weights_of_nothing_are_errors() -> Result<()> {
        let message = Accumulation::<f64>::new().finish().unwrap_err().to_string();
        assert_eq!(
            message,
            "accumulate: no loss has been added; expected at least one"
        );
        let tape = Tape::new();
        let x = tape.var(Tensor::scalar(1.0_f64));
        assert!(Accumulation::new().add(&x.tanh()?, 0.0).is_err());
        Ok(())
    }
}
