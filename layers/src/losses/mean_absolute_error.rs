//! The absolute error.

use super::pair::pair_loss;
use super::reduce::Elements;
use crate::Module;
use crate::config::Reduction;
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Float, Result};

/// The configuration of a [`MeanAbsoluteError`].
#[config]
pub struct MeanAbsoluteErrorConfig {
    /// Mean, sum, or the elements as they are.
    #[default = Reduction::Mean]
    pub reduction: Reduction,
}

impl MeanAbsoluteErrorConfig {
    /// The loss.
    pub fn init(&self) -> MeanAbsoluteError {
        MeanAbsoluteError {
            config: self.clone(),
        }
    }
}

/// `|prediction − target|`, element by element, reduced to its mean, its sum, or not at all. The gradient goes to both arguments;
/// the derivative of `|e|` at 0 is 0.
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::MeanAbsoluteErrorConfig;
/// use etude_tensor::Tensor;
///
/// let tape = Tape::new();
/// let prediction = tape.var(Tensor::from([1.0_f32, 2.0]));
/// let target = tape.input(Tensor::from([1.0, 4.0]));
/// let loss = MeanAbsoluteErrorConfig::new().init().forward(&prediction, &target)?;
/// assert_eq!(loss.item()?, 1.0);
/// assert_eq!(loss.backward()?.get(&prediction)?.to_vec(), [0.0, -0.5]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
#[module(no_parameters)]
pub struct MeanAbsoluteError {
    config: MeanAbsoluteErrorConfig,
}

pair_loss!(
    MeanAbsoluteError,
    "MeanAbsoluteError",
    WHO = "mean_absolute_error",
    "prediction"
);

impl MeanAbsoluteError {
    fn elements<T: Float>(&self, prediction: &Var<T>, target: &Var<T>) -> Result<Elements<T>> {
        Ok(prediction.try_sub(target)?.abs()?.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn both_arguments_get_the_sign() -> Result<()> {
        let tape = Tape::new();
        let a = tape.var(Tensor::from([1.0_f64, 2.0, 3.0]));
        let b = tape.var(Tensor::from([4.0, 2.0, 1.0]));
        let config = MeanAbsoluteErrorConfig::new().reduction(Reduction::Sum);
        let loss = config.init().forward(&a, &b)?;
        assert_eq!(loss.item()?, 5.0);
        let gradients = loss.backward()?;
        assert_eq!(gradients.get(&a)?.to_vec(), [-1.0, 0.0, 1.0]);
        assert_eq!(gradients.get(&b)?.to_vec(), [1.0, 0.0, -1.0]);
        Ok(())
    }
}
