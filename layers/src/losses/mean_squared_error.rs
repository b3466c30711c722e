//! The squared error.

use super::pair::pair_loss;
use super::reduce::Elements;
use crate::Module;
use crate::config::Reduction;
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Float, Result};

/// The configuration of a [`MeanSquaredError`].
#[config]
pub struct MeanSquaredErrorConfig {
    /// Mean, sum, or the elements as they are.
    #[default = Reduction::Mean]
    pub reduction: Reduction,
}

impl MeanSquaredErrorConfig {
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

pair_loss!(
    MeanSquaredError,
    "MeanSquaredError",
    WHO = "mean_squared_error",
    "prediction"
);

impl MeanSquaredError {
    fn elements<T: Float>(&self, prediction: &Var<T>, target: &Var<T>) -> Result<Elements<T>> {
        Ok(prediction.try_sub(target)?.square()?.into())
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

    #[test]
    fn a_call_by_names_takes_weights() -> Result<()> {
        use crate::{Args, Layer};
        let tape = Tape::inference();
        let numbers = |values: [f64; 2]| tape.input(Tensor::from(values));
        let args = Args::new(&tape)
            .with("prediction", numbers([1.0, 2.0]))
            .with("target", numbers([0.0, 0.0]))
            .with("sample_weight", numbers([3.0, 1.0]));
        let loss = MeanSquaredErrorConfig::new().init();
        assert_eq!(loss.call(&args, &["loss"])?.into_first().item()?, 1.75);
        Ok(())
    }
}
