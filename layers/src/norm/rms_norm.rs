//! Normalisation by the root of the mean square.

use crate::config::Initializer;
use crate::config::defaults::{check_epsilon, check_size};
use crate::parameters::{build, check_channels, param};
use crate::unary::unary_layer;
use crate::{Argument, Module, Signature};
use etude_autograd::{Param, Var};
use etude_derive::config;
use etude_tensor::{Axes, Error, Float, Result, Rng};

const WHO: &str = "rms_norm";
const SIGNATURE: Signature = Signature::new("RmsNorm", &[Argument::float("x")], &["output"]);

/// The configuration of an [`RmsNorm`].
#[config]
pub struct RmsNormConfig {
    /// The size of the last axis; from the first input if absent.
    pub input_size: Option<usize>,
    /// What is added to the mean square.
    #[default = 1e-6]
    pub epsilon: f64,
    /// Whether the parameter is trained.
    #[default = true]
    pub trainable: bool,
}

impl RmsNormConfig {
    /// The layer; without `input_size` its parameter is made at the first call.
    ///
    /// # Errors
    /// If the size is 0, or epsilon is negative.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<RmsNorm<T>> {
        check_epsilon(WHO, self.epsilon)?;
        let norm = RmsNorm {
            gamma: param(Initializer::Ones, &["channels".into()], self.trainable, rng),
            config: self.clone(),
        };
        if let Some(input_size) = self.input_size {
            check_size(WHO, "input_size", input_size)?;
            build("gamma", &norm.gamma, &[input_size])?;
        }
        Ok(norm)
    }
}

/// Normalisation by the root of the mean square over the last axis (Zhang and Sennrich, *Root Mean Square Layer Normalization*,
/// 2019): `output = gamma · x / √(mean(x²) + epsilon)`.
///
/// | parameter | shape |
/// |---|---|
/// | `gamma` | `[n]`, starts at ones |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::RmsNormConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let norm = RmsNormConfig::new().init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = norm.forward(&tape.input(Tensor::zeros([2, 3, 5])))?;
/// assert_eq!(y.shape(), [2, 3, 5]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct RmsNorm<T: Float = f32> {
    /// The factors, `[n]`.
    pub gamma: Param<T>,
    #[module(skip)]
    config: RmsNormConfig,
}

impl<T: Float> RmsNorm<T> {
    /// `x [..., n]` → the same shape.
    ///
    /// # Errors
    /// If `x` has rank 0, or another size of the last axis than the layer was made for.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let Some(&size) = x.shape().last() else {
            let message = "expects an input [..., features] of rank 1 or more, got []";
            return Err(Error::shape(WHO, message));
        };
        check_channels(WHO, &self.gamma, 0, size, x.shape())?;
        build("gamma", &self.gamma, &[size])?;
        let square = x.square()?.mean(Axes::from(-1).keepdims())?;
        let factor = square.add_scalar(self.config.epsilon)?.sqrt()?.recip()?;
        let gamma = x.tape().param(&self.gamma)?;
        x.try_mul(&factor)?.try_mul(&gamma)
    }
}

unary_layer!([] RmsNorm<T>, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::{Tape, gradcheck};
    use etude_tensor::Tensor;

    #[test]
    fn the_equation_by_hand() -> Result<()> {
        let config = RmsNormConfig::new().epsilon(0.5).input_size(2);
        let mut norm: RmsNorm<f64> = config.init(&mut Rng::seed(1))?;
        assert_eq!(norm.gamma.value()?.to_vec(), [1.0, 1.0]);
        norm.gamma.set(Tensor::from([1.0, 10.0]))?;
        let x = Tape::inference().input(Tensor::from([[1.0, -2.0], [0.0, 0.0]]));
        let y = norm.forward(&x)?.into_tensor().to_vec();
        let root = 3.0_f64.sqrt();
        let expected = [1.0 / root, -20.0 / root, 0.0, 0.0];
        assert!(y.iter().zip(expected).all(|(y, e)| (y - e).abs() < 1e-14));
        gradcheck(|x| norm.forward(&x[0]), &[Tensor::from([[1.0, -2.0]])]).map(|_| ())
    }

    #[test]
    fn wrong_inputs_are_told_what_fits() -> Result<()> {
        let norm: RmsNorm = RmsNormConfig::new().input_size(4).init(&mut Rng::seed(1))?;
        let message = |x: &[usize]| {
            let x = Tape::inference().input(Tensor::zeros(x));
            norm.forward(&x).unwrap_err().to_string()
        };
        assert_eq!(
            message(&[2, 5]),
            "rms_norm: expects 4 input channels, got 5 in an input of shape [2, 5]"
        );
        assert!(message(&[]).contains("rank 1 or more"));
        let refused = RmsNormConfig::new()
            .epsilon(-1.0)
            .init::<f32>(&mut Rng::seed(1));
        assert!(refused.unwrap_err().to_string().contains("epsilon is -1"));
        Ok(())
    }
}
