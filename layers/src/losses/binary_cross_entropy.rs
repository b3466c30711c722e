//! The cross entropy of logits with probabilities of yes.

use super::pair::pair_loss;
use super::reduce::{Elements, check_class_weights, check_label_smoothing, class_weights};
use crate::Module;
use crate::config::Reduction;
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Error, Float, Result};

/// The configuration of a [`BinaryCrossEntropy`].
#[config]
pub struct BinaryCrossEntropyConfig {
    /// The share by which targets are moved towards ½, from 0 to below 1.
    #[default = 0.0]
    pub label_smoothing: f64,
    /// How much a yes weighs, next to a no of weight 1.
    #[default = 1.0]
    pub pos_weight: f64,
    /// How much each class weighs, one for each entry of the last axis, where every entry is a question of its own.
    pub class_weights: Option<Vec<f64>>,
    /// Mean, sum, or the elements as they are.
    #[default = Reduction::Mean]
    pub reduction: Reduction,
}

impl BinaryCrossEntropyConfig {
    /// The loss.
    ///
    /// # Errors
    /// If `label_smoothing` lies outside of 0 to below 1, or a weight is negative.
    pub fn init(&self) -> Result<BinaryCrossEntropy> {
        check_label_smoothing(WHO, self.label_smoothing)?;
        check_class_weights(WHO, self.class_weights.as_deref())?;
        if !(self.pos_weight >= 0.0 && self.pos_weight.is_finite()) {
            let message = format!(
                "pos_weight is {}; expected a number of 0 or more",
                self.pos_weight
            );
            return Err(Error::config(WHO, message));
        }
        Ok(BinaryCrossEntropy {
            config: self.clone(),
        })
    }
}

/// The cross entropy of the sigmoid of logits `z` with targets from 0 to 1, element by element. With `t = target·(1 − ε) + ε/2` and
/// `ε = label_smoothing`,
///
/// ```text
/// ℓ = pos_weight·t·softplus(−z) + (1 − t)·softplus(z)
/// ```
///
/// which is finite for logits of any size. The target is a constant: no gradient goes to it. With `class_weights` the loss of each
/// class has its weight, and the mean is the weighted one.
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::BinaryCrossEntropyConfig;
/// use etude_tensor::Tensor;
///
/// let tape = Tape::new();
/// let logits = tape.var(Tensor::from([0.0_f32, 0.0]));
/// let target = tape.input(Tensor::from([1.0, 0.0]));
/// let loss = BinaryCrossEntropyConfig::new().init()?.forward(&logits, &target)?;
/// assert_eq!(loss.item()?, 2.0_f32.ln());
/// assert_eq!(loss.backward()?.get(&logits)?.to_vec(), [-0.25, 0.25]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
#[module(no_parameters)]
pub struct BinaryCrossEntropy {
    config: BinaryCrossEntropyConfig,
}

pair_loss!(
    BinaryCrossEntropy,
    "BinaryCrossEntropy",
    WHO = "binary_cross_entropy",
    "logits"
);

impl BinaryCrossEntropy {
    fn elements<T: Float>(&self, logits: &Var<T>, target: &Var<T>) -> Result<Elements<T>> {
        let target = target.tensor();
        let is_probability = |&t: &T| t >= T::ZERO && t <= T::one();
        if let Some(t) = target.to_vec().iter().find(|t| !is_probability(t)) {
            let message = format!("target holds {t}; expected numbers from 0 to 1");
            return Err(Error::value(WHO, message));
        }
        let smoothing = self.config.label_smoothing;
        let yes = logits
            .tape()
            .input(target.clone())
            .mul_scalar(1.0 - smoothing)?
            .add_scalar(smoothing / 2.0)?;
        let no = yes.try_neg()?.add_scalar(1.0)?;
        let missed = yes
            .mul_scalar(self.config.pos_weight)?
            .try_mul(&logits.try_neg()?.softplus()?)?;
        let values = missed.try_add(&no.try_mul(&logits.softplus()?)?)?;
        let Some(weights) = &self.config.class_weights else {
            return Ok(values.into());
        };
        let Some(&classes) = logits.shape().last() else {
            let message = "class_weights need a last axis of classes, and logits have rank 0";
            return Err(Error::shape(WHO, message));
        };
        let weights = class_weights(WHO, weights, classes)?;
        Ok(Elements {
            values: values.try_mul(&logits.tape().input(weights.clone()))?,
            counts: Some(weights),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::{Tape, gradcheck};
    use etude_tensor::Tensor;

    fn loss(config: &BinaryCrossEntropyConfig, z: &[f64], t: &[f64]) -> Result<Vec<f64>> {
        let tape = Tape::inference();
        let vector = |values: &[f64]| Tensor::from_slice([values.len()], values);
        let (z, t) = (tape.input(vector(z)?), tape.input(vector(t)?));
        Ok(config.init()?.forward(&z, &t)?.tensor().to_vec())
    }

    #[test]
    fn the_equation_with_smoothing_and_weight() -> Result<()> {
        let config = BinaryCrossEntropyConfig::new()
            .label_smoothing(0.2)
            .pos_weight(3.0)
            .reduction(Reduction::None);
        let p = 1.0 / (1.0 + (-1.5_f64).exp());
        for (target, t) in [(1.0, 0.9), (0.0, 0.1), (0.3, 0.34)] {
            let expected = -3.0 * t * f64::ln(p) - (1.0 - t) * f64::ln(1.0 - p);
            let got = loss(&config, &[1.5], &[target])?[0];
            assert!((got - expected).abs() < 1e-14, "{got} {expected}");
        }
        Ok(())
    }

    #[test]
    fn logits_of_any_size_give_finite_losses() -> Result<()> {
        let config = BinaryCrossEntropyConfig::new().reduction(Reduction::None);
        let far = [1e4, -1e4];
        assert_eq!(loss(&config, &far, &[1.0, 0.0])?, [0.0, 0.0]);
        assert_eq!(loss(&config, &far, &[0.0, 1.0])?, [1e4, 1e4]);
        Ok(())
    }

    #[test]
    fn classes_weigh_in_values_and_in_the_mean() -> Result<()> {
        let tape = Tape::inference();
        let z = tape.input(Tensor::<f64>::zeros([2, 2]));
        let t = tape.input(Tensor::from([[1.0, 0.0], [0.0, 1.0]]));
        let config = BinaryCrossEntropyConfig::new().class_weights([3.0, 1.0]);
        let values = config
            .clone()
            .reduction(Reduction::None)
            .init()?
            .forward(&z, &t)?;
        let ln2 = 2.0_f64.ln();
        assert_eq!(values.tensor().to_vec(), [3.0 * ln2, ln2, 3.0 * ln2, ln2]);
        assert!((config.init()?.forward(&z, &t)?.item()? - ln2).abs() < 1e-15);
        let three = config.class_weights([1.0; 3]).init()?.forward(&z, &t);
        assert_eq!(
            three.unwrap_err().to_string(),
            "binary_cross_entropy: 3 class_weights for 2 classes; expected one for each"
        );
        Ok(())
    }

    #[test]
    fn the_gradient_goes_to_the_logits_alone() -> Result<()> {
        let config = BinaryCrossEntropyConfig::new()
            .pos_weight(2.0)
            .label_smoothing(0.1);
        let loss = config.init()?;
        let target = Tensor::from([1.0, 0.25, 0.0]);
        let of_logits = |x: &[Var<f64>]| {
            let target = x[0].tape().input(target.clone());
            loss.forward(&x[0], &target)
        };
        gradcheck(of_logits, &[Tensor::from([0.3, -0.7, 2.5])])?;
        let tape = Tape::new();
        let (z, t) = (tape.var(target.clone()), tape.var(target));
        let gradients = loss.forward(&z, &t)?.backward()?;
        assert_eq!(gradients.get(&t)?.to_vec(), [0.0; 3]);
        Ok(())
    }

    #[test]
    fn what_does_not_fit_is_named() -> Result<()> {
        let plain = BinaryCrossEntropyConfig::new();
        let message = loss(&plain, &[0.0], &[1.5]).unwrap_err().to_string();
        assert_eq!(
            message,
            "binary_cross_entropy: target holds 1.5; expected numbers from 0 to 1"
        );
        assert!(loss(&plain, &[0.0], &[f64::NAN]).is_err());
        let message = loss(&plain, &[0.0, 1.0], &[1.0]).unwrap_err().to_string();
        assert!(message.contains("logits [2] and target [1]"), "{message}");
        let init = |config: BinaryCrossEntropyConfig| config.init().unwrap_err().to_string();
        assert!(init(plain.clone().pos_weight(-1.0)).contains("pos_weight is -1"));
        assert!(init(plain.clone().label_smoothing(1.0)).contains("label_smoothing is 1"));
        assert!(init(plain.class_weights([-1.0])).contains("class_weights holds -1"));
        Ok(())
    }
}
