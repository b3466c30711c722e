//! The Kullback–Leibler divergence of a prediction from a target.

use super::pair::pair_loss;
use super::reduce::{Elements, check_class_weights, class_weights};
use crate::Module;
use crate::config::Reduction;
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Error, Float, Result};

/// The configuration of a [`KlDivergence`].
#[config]
pub struct KlDivergenceConfig {
    /// Whether the prediction holds logarithms of probabilities.
    #[default = false]
    pub from_log: bool,
    /// The least probability: smaller ones are raised to it. Above 0, and 1 at the most.
    #[default = 1e-7]
    pub epsilon: f64,
    /// How much the term of each class weighs in the sum.
    pub class_weights: Option<Vec<f64>>,
    /// Mean, sum, or the elements as they are.
    #[default = Reduction::Mean]
    pub reduction: Reduction,
}

impl KlDivergenceConfig {
    /// The loss.
    ///
    /// # Errors
    /// If `epsilon` isn't above 0 and at most 1, or a weight is negative.
    pub fn init(&self) -> Result<KlDivergence> {
        check_class_weights(WHO, self.class_weights.as_deref())?;
        if !(self.epsilon > 0.0 && self.epsilon <= 1.0) {
            let message = format!(
                "epsilon is {}; expected a number above 0 and at most 1",
                self.epsilon
            );
            return Err(Error::config(WHO, message));
        }
        Ok(KlDivergence {
            config: self.clone(),
        })
    }
}

/// The divergence of predicted from target probabilities over the last axis (Kullback and Leibler, *On Information and Sufficiency*,
/// 1951), with both clipped to `[epsilon, 1]`:
///
/// ```text
/// ℓ = Σ_c target[c] · (ln target[c] − ln prediction[c])
/// ```
///
/// With `from_log` the prediction holds log-probabilities, and isn't clipped. The target is a constant: no gradient goes to it; nor
/// does one go to a prediction that was clipped.
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::KlDivergenceConfig;
/// use etude_tensor::Tensor;
///
/// let tape = Tape::new();
/// let prediction = tape.var(Tensor::from([[0.5_f64, 0.5], [0.25, 0.75]]));
/// let target = tape.input(Tensor::from([[0.5, 0.5], [0.5, 0.5]]));
/// let loss = KlDivergenceConfig::new().init()?.forward(&prediction, &target)?;
/// let second = 0.5 * 2.0_f64.ln() + 0.5 * (2.0_f64 / 3.0).ln();
/// assert!((loss.item()? - second / 2.0).abs() < 1e-15);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
#[module(no_parameters)]
pub struct KlDivergence {
    config: KlDivergenceConfig,
}

pair_loss!(
    KlDivergence,
    "KlDivergence",
    WHO = "kl_divergence",
    "prediction"
);

impl KlDivergence {
    fn elements<T: Float>(&self, prediction: &Var<T>, target: &Var<T>) -> Result<Elements<T>> {
        let Some(&classes) = prediction.shape().last() else {
            let message = "prediction has rank 0; expected [..., classes]";
            return Err(Error::shape(WHO, message));
        };
        let target = target.detach().clamp(self.config.epsilon, 1.0)?;
        let predicted = match self.config.from_log {
            true => prediction.clone(),
            false => clipped(prediction, self.config.epsilon)?.ln()?,
        };
        let mut terms = target.try_mul(&target.ln()?.try_sub(&predicted)?)?;
        if let Some(weights) = &self.config.class_weights {
            let weights = class_weights(WHO, weights, classes)?;
            terms = terms.try_mul(&terms.tape().input(weights))?;
        }
        Ok(terms.sum(-1)?.into())
    }
}

/// Probabilities within `[epsilon, 1]`, both ends included, as they are; others as the constants that they are clipped to.
fn clipped<T: Float>(probabilities: &Var<T>, epsilon: f64) -> Result<Var<T>> {
    let clipped = probabilities.tensor().clamp(epsilon, 1.0)?;
    let within = clipped.equal(probabilities.tensor())?;
    probabilities.where_(&within, &probabilities.tape().input(clipped))
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::{Tape, gradcheck};
    use etude_tensor::Tensor;

    #[test]
    fn clipped_predictions_have_no_gradient() -> Result<()> {
        let tape = Tape::new();
        let prediction = tape.var(Tensor::from([[0.0, 0.5, 2.0]]));
        let target = tape.input(Tensor::from([[0.0, 0.25, 0.75]]));
        let config = KlDivergenceConfig::new().epsilon(0.125);
        let loss = config
            .reduction(Reduction::None)
            .init()?
            .forward(&prediction, &target)?;
        assert_eq!(loss.shape(), [1]);
        let expected = 0.25 * 0.5_f64.ln() + 0.75 * 0.75_f64.ln();
        assert!((loss.tensor().to_vec()[0] - expected).abs() < 1e-15);
        let gradient = loss.sum(..)?.backward()?.get(&prediction)?;
        assert_eq!(gradient.to_vec(), [0.0, -0.5, 0.0]);
        Ok(())
    }

    #[test]
    fn a_prediction_at_an_end_is_not_clipped() -> Result<()> {
        let tape = Tape::new();
        let prediction = tape.var(Tensor::from([[0.125, 1.0]]));
        let target = tape.input(Tensor::from([[0.25, 0.75]]));
        let loss = KlDivergenceConfig::new().epsilon(0.125).init()?;
        let gradient = loss.forward(&prediction, &target)?.backward()?;
        assert_eq!(gradient.get(&prediction)?.to_vec(), [-2.0, -0.75]);
        Ok(())
    }

    #[test]
    fn logarithms_are_taken_as_they_are() -> Result<()> {
        let tape = Tape::inference();
        let target = Tensor::from([[0.25, 0.75]]);
        let loss = |from_log, prediction: Tensor<f64>| {
            let config = KlDivergenceConfig::new()
                .from_log(from_log)
                .class_weights([2.0, 1.0]);
            config
                .init()?
                .forward(&tape.input(prediction), &tape.input(target.clone()))?
                .item()
        };
        let p = Tensor::from([[0.6, 0.4]]);
        let difference = loss(false, p.clone())? - loss(true, p.ln())?;
        assert!(difference.abs() < 1e-15);
        let beyond = loss(true, Tensor::from([[-50.0, 0.0]]))?;
        let expected = 0.5 * (0.25_f64.ln() + 50.0) + 0.75 * 0.75_f64.ln();
        assert!((beyond - expected).abs() < 1e-13);
        Ok(())
    }

    #[test]
    fn the_gradient_goes_to_the_prediction_alone() -> Result<()> {
        let loss = KlDivergenceConfig::new().init()?;
        let target = Tensor::from([[0.25, 0.75], [1.0, 0.0]]);
        let of_prediction = |x: &[Var<f64>]| {
            let target = x[0].tape().input(target.clone());
            loss.forward(&x[0], &target)
        };
        gradcheck(of_prediction, &[Tensor::from([[0.5, 0.5], [0.3, 0.7]])]).map(|_| ())
    }

    #[test]
    fn what_does_not_fit_is_named() -> Result<()> {
        let message = KlDivergenceConfig::new()
            .epsilon(0.0)
            .init()
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "kl_divergence: epsilon is 0; expected a number above 0 and at most 1"
        );
        let tape = Tape::<f64>::inference();
        let loss = KlDivergenceConfig::new().init()?;
        let refused = loss.forward(&tape.scalar(1.0), &tape.scalar(1.0));
        assert!(refused.unwrap_err().to_string().contains("rank 0"));
        Ok(())
    }
}
