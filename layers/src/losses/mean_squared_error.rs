//! The squared error.

use super::reduce::{check_same, mean, reduce};
use crate::config::{Reduction, to_json};
use crate::{Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::Var;
use etude_tensor::{Float, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const WHO: &str = "mean_squared_error";
const SIGNATURE: Signature = Signature::new(
    "MeanSquaredError",
    &[Argument::float("prediction"), Argument::float("target")],
    &["loss"],
);

/// The configuration of a [`MeanSquaredError`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeanSquaredErrorConfig {
    /// Mean, sum, or the elements as they are.
    #[serde(default = "mean")]
    pub reduction: Reduction,
}

impl Default for MeanSquaredErrorConfig {
    fn default() -> Self {
        MeanSquaredErrorConfig { reduction: mean() }
    }
}

impl MeanSquaredErrorConfig {
    /// The mean.
    pub fn new() -> Self {
        MeanSquaredErrorConfig::default()
    }

    /// With another reduction.
    #[must_use]
    pub fn reduction(mut self, reduction: Reduction) -> Self {
        self.reduction = reduction;
        self
    }

    /// The loss.
    pub fn init(&self) -> MeanSquaredError {
        MeanSquaredError {
            config: self.clone(),
        }
    }
}

/// `(prediction − target)²`, element by element, reduced to its mean, its sum, or not at all. The gradient goes to both arguments.
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::MeanSquaredErrorConfig;
/// use etude_tensor::Tensor;
///
/// let tape = Tape::new();
/// let prediction = tape.var(Tensor::from([1.0_f32, 2.0]));
/// let target = tape.input(Tensor::from([1.0, 4.0]));
/// let loss = MeanSquaredErrorConfig::new().init().forward(&prediction, &target)?;
/// assert_eq!(loss.item()?, 2.0);
/// assert_eq!(loss.backward()?.get(&prediction)?.to_vec(), [0.0, -2.0]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
#[module(no_parameters)]
pub struct MeanSquaredError {
    config: MeanSquaredErrorConfig,
}

impl MeanSquaredError {
    /// Two variables of one shape → a scalar, or that shape without a reduction.
    ///
    /// # Errors
    /// If the shapes differ, or a mean is asked of nothing.
    pub fn forward<T: Float>(&self, prediction: &Var<T>, target: &Var<T>) -> Result<Var<T>> {
        check_same(WHO, prediction, target)?;
        let elements = prediction.try_sub(target)?.square()?;
        reduce(
            WHO,
            &elements,
            self.config.reduction,
            elements.tensor().elements(),
        )
    }
}

impl<T: Float> Layer<T> for MeanSquaredError {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        Ok(Outputs::one(
            "loss",
            self.forward(args.float("prediction")?, args.float("target")?)?,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn reductions() -> Result<()> {
        let tape = Tape::inference();
        let a = tape.input(Tensor::from([[1.0_f64, 2.0], [3.0, 5.0]]));
        let b = tape.input(Tensor::zeros([2, 2]));
        let loss = |reduction| {
            MeanSquaredErrorConfig::new()
                .reduction(reduction)
                .init()
                .forward(&a, &b)
        };
        assert_eq!(
            loss(Reduction::None)?.tensor().to_vec(),
            [1.0, 4.0, 9.0, 25.0]
        );
        assert_eq!(loss(Reduction::Sum)?.item()?, 39.0);
        assert_eq!(loss(Reduction::Mean)?.item()?, 9.75);
        Ok(())
    }

    #[test]
    fn nothing_is_broadcast_and_nothing_has_no_mean() {
        let tape = Tape::<f64>::inference();
        let loss = |a: &[usize], b: &[usize]| {
            let (a, b) = (tape.input(Tensor::zeros(a)), tape.input(Tensor::zeros(b)));
            MeanSquaredErrorConfig::new()
                .init()
                .forward(&a, &b)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            loss(&[2, 3], &[3]),
            "mean_squared_error: prediction [2, 3] and target [3]; expected the same shape"
        );
        assert_eq!(
            loss(&[0], &[0]),
            "mean_squared_error: a loss of shape [0] has no element to take the mean of"
        );
    }
}
