//! The cross entropy of logits with classes.

use super::reduce::{Elements, check_class_weights, check_label_smoothing, class_weights, reduce};
use crate::config::{Reduction, to_json};
use crate::{Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Error, Float, Result, Tensor};
use serde_json::Value;

const WHO: &str = "softmax_cross_entropy";
const SIGNATURE: Signature = Signature::new(
    "SoftmaxCrossEntropy",
    &[
        Argument::float("logits"),
        Argument::ints("target"),
        Argument::float("sample_weight").optional(),
    ],
    &["loss"],
);

/// The configuration of a [`SoftmaxCrossEntropy`].
#[config]
pub struct SoftmaxCrossEntropyConfig {
    /// The share of the target that is spread over all classes, from 0 to below 1.
    #[default = 0.0]
    pub label_smoothing: f64,
    /// The target of positions that don't count; it may lie outside of the classes.
    pub ignore_index: Option<i64>,
    /// How much each class weighs.
    pub class_weights: Option<Vec<f64>>,
    /// Mean, sum, or the elements as they are.
    #[default = Reduction::Mean]
    pub reduction: Reduction,
}

impl SoftmaxCrossEntropyConfig {
    /// The loss.
    ///
    /// # Errors
    /// If `label_smoothing` lies outside of 0 to below 1, or a weight is negative.
    pub fn init(&self) -> Result<SoftmaxCrossEntropy> {
        check_label_smoothing(WHO, self.label_smoothing)?;
        check_class_weights(WHO, self.class_weights.as_deref())?;
        Ok(SoftmaxCrossEntropy {
            config: self.clone(),
        })
    }
}

/// The cross entropy of the softmax of logits with class indices. With `p = log_softmax(logits)` over the last axis and
/// `ε = label_smoothing`,
///
/// ```text
/// ℓ = −(1 − ε)·p[target] − (ε/C)·Σ_c p[c]
/// ```
///
/// through the shifted log-sum-exp, so that logits of any size give finite losses. Positions whose target is `ignore_index`
/// give 0, have no gradient, and don't count in the mean; if none is left the mean is 0.
///
/// With `class_weights` `v`, as PyTorch has them, `ℓ = −(1 − ε)·v[target]·p[target] − (ε/C)·Σ_c v[c]·p[c]`, and a position counts
/// `v[target]` in the mean.
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::SoftmaxCrossEntropyConfig;
/// use etude_tensor::Tensor;
///
/// let tape = Tape::<f32>::new();
/// let logits = tape.var(Tensor::zeros([5, 4]));
/// let loss = SoftmaxCrossEntropyConfig::new().init()?.forward(&logits, &Tensor::from([0, 1, 2, 3, 0]))?;
/// assert!((loss.item()? - 4.0_f32.ln()).abs() < 1e-6);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
#[module(no_parameters)]
pub struct SoftmaxCrossEntropy {
    config: SoftmaxCrossEntropyConfig,
}

impl SoftmaxCrossEntropy {
    /// `logits [..., C]`, `target [...]` → a scalar, or the target's shape without a reduction.
    ///
    /// # Errors
    /// If the target's shape isn't the logits' without the last axis, a target is neither a class nor `ignore_index`, there
    /// isn't one class weight for each class, or a mean is asked of nothing.
    pub fn forward<T: Float>(&self, logits: &Var<T>, target: &Tensor<i64>) -> Result<Var<T>> {
        self.reduced(logits, target, None)
    }

    /// The same with a weight for each sample, or for each position: numbers of 0 or more, whose shape is the first axes of
    /// the target's. The mean is the weighted one, `Σ w·ℓ / Σ w`, and 0 if all weights are 0.
    ///
    /// # Errors
    /// As [`forward`](SoftmaxCrossEntropy::forward), and if the weights don't fit, or one of them is negative.
    pub fn forward_weighted<T: Float>(
        &self,
        logits: &Var<T>,
        target: &Tensor<i64>,
        sample_weight: &Var<T>,
    ) -> Result<Var<T>> {
        self.reduced(logits, target, Some(sample_weight))
    }

    fn reduced<T: Float>(
        &self,
        logits: &Var<T>,
        target: &Tensor<i64>,
        sample_weight: Option<&Var<T>>,
    ) -> Result<Var<T>> {
        let classes = check_target(logits, target, self.config.ignore_index)?;
        let elements = match self.config.ignore_index {
            Some(ignored) if target.to_vec().contains(&ignored) => {
                self.some(logits, target, ignored, classes)?
            }
            _ => self.all(logits, target, classes)?,
        };
        reduce(WHO, elements, sample_weight, self.config.reduction)
    }

    /// The loss of each position, where some are ignored: they get some class, and their loss is thrown away, its gradient with
    /// it.
    fn some<T: Float>(
        &self,
        logits: &Var<T>,
        target: &Tensor<i64>,
        ignored: i64,
        classes: usize,
    ) -> Result<Elements<T>> {
        let counts: Vec<bool> = target.to_vec().iter().map(|&t| t != ignored).collect();
        let counts = Tensor::from_slice(target.shape(), &counts)?;
        let zero = Tensor::zeros_like(target);
        let Elements {
            values,
            counts: weights,
        } = self.all(logits, &counts.where_(target, &zero)?, classes)?;
        let weights = weights.unwrap_or_else(|| Tensor::ones(target.shape()));
        Ok(Elements {
            values: values.where_(&counts, &logits.tape().scalar(0.0))?,
            counts: Some(counts.where_(&weights, &Tensor::zeros_like(&weights))?),
        })
    }

    /// The loss of each position, for targets that are classes.
    fn all<T: Float>(
        &self,
        logits: &Var<T>,
        target: &Tensor<i64>,
        classes: usize,
    ) -> Result<Elements<T>> {
        let tape = logits.tape();
        let smoothing = self.config.label_smoothing;
        let weights = match &self.config.class_weights {
            Some(weights) => Some(class_weights::<T>(WHO, weights, classes)?),
            None => None,
        };
        let hard = logits.cross_entropy(target)?;
        let Some(weights) = weights else {
            if smoothing == 0.0 {
                return Ok(hard.into());
            }
            let soft = logits.logsumexp(-1)?.try_sub(&logits.mean(-1)?)?;
            return Ok(smoothed(&hard, &soft, smoothing)?.into());
        };
        let of_target = weights
            .index_select(0, &target.reshape([target.elements()])?)?
            .reshape(target.shape())?;
        let mut values = hard.try_mul(&tape.input(of_target.clone()))?;
        if smoothing > 0.0 {
            let shares = tape.input(weights).div_scalar(-(classes as f64))?;
            let soft = logits.log_softmax(-1)?.try_mul(&shares)?.sum(-1)?;
            values = smoothed(&values, &soft, smoothing)?;
        }
        Ok(Elements {
            values,
            counts: Some(of_target),
        })
    }
}

/// `(1 − ε)·hard + ε·soft`.
fn smoothed<T: Float>(hard: &Var<T>, soft: &Var<T>, smoothing: f64) -> Result<Var<T>> {
    hard.mul_scalar(1.0 - smoothing)?
        .try_add(&soft.mul_scalar(smoothing)?)
}

/// The number of classes, if the target fits the logits.
fn check_target<T: Float>(
    logits: &Var<T>,
    target: &Tensor<i64>,
    ignore_index: Option<i64>,
) -> Result<usize> {
    let Some((&classes, rows)) = logits.shape().split_last() else {
        let message = "logits have rank 0; expected [..., classes]";
        return Err(Error::shape(WHO, message));
    };
    if rows != target.shape() {
        let message = format!(
            "logits {:?} and target {:?}; expected a target of shape {rows:?}",
            logits.shape(),
            target.shape()
        );
        return Err(Error::shape(WHO, message));
    }
    let wrong = |&t: &i64| !(0..classes as i64).contains(&t) && Some(t) != ignore_index;
    match target.to_vec().into_iter().find(wrong) {
        Some(t) => {
            let most = classes as i64 - 1;
            let message = format!("target {t} is no class; expected 0 to {most}");
            Err(Error::index(WHO, message))
        }
        None => Ok(classes),
    }
}

impl<T: Float> Layer<T> for SoftmaxCrossEntropy {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        let weight = match args.get("sample_weight") {
            Some(_) => Some(args.float("sample_weight")?),
            None => None,
        };
        let loss = self.reduced(args.float("logits")?, args.ints("target")?, weight)?;
        Ok(Outputs::one("loss", loss))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;

    fn logits() -> Tensor<f64> {
        Tensor::from([[0.0, 1.0, 3.0], [2.0, -1.0, 0.5]])
    }

    #[test]
    fn the_equation_with_smoothing() -> Result<()> {
        let tape = Tape::inference();
        let config = SoftmaxCrossEntropyConfig::new()
            .label_smoothing(0.3)
            .reduction(Reduction::None);
        let loss = config
            .init()?
            .forward(&tape.input(logits()), &Tensor::from([2, 1]))?;
        let p = logits().log_softmax(-1)?;
        for (row, target) in [(0, 2), (1, 1)] {
            let sum = (0..3)
                .map(|class| p.at(&[row, class]).unwrap())
                .sum::<f64>();
            let expected = -0.7 * p.at(&[row, target])? - 0.1 * sum;
            assert!((loss.tensor().at(&[row])? - expected).abs() < 1e-14);
        }
        Ok(())
    }

    #[test]
    fn ignored_positions_have_no_loss_and_no_gradient() -> Result<()> {
        let tape = Tape::new();
        let x = tape.var(logits());
        let loss = SoftmaxCrossEntropyConfig::new().ignore_index(-100).init()?;
        let y = loss.forward(&x, &Tensor::from([2, -100]))?;
        assert!((y.item()? + logits().log_softmax(-1)?.at(&[0, 2])?).abs() < 1e-15);
        let gradient = y.backward()?.get(&x)?;
        assert_eq!(gradient.select(0, 1)?.to_vec(), [0.0; 3]);
        assert_ne!(gradient.select(0, 0)?.to_vec(), [0.0; 3]);
        let none_left = loss.forward(
            &Tape::inference().input(logits()),
            &Tensor::from([-100, -100]),
        )?;
        assert_eq!(none_left.item()?, 0.0);
        Ok(())
    }

    #[test]
    fn classes_and_samples_weigh_in_values_and_in_the_mean() -> Result<()> {
        let tape = Tape::inference();
        let x = tape.input(logits());
        let target = Tensor::from([2, 1]);
        let p = logits().log_softmax(-1)?;
        let v = [1.0, 2.0, 4.0];
        let element = |row: isize, target: usize| -> Result<f64> {
            let mut spread = 0.0;
            for (class, weight) in v.iter().enumerate() {
                spread += weight * p.at(&[row, class as isize])?;
            }
            Ok(-0.7 * v[target] * p.at(&[row, target as isize])? - 0.1 * spread)
        };
        let (a, b) = (element(0, 2)?, element(1, 1)?);
        let config = SoftmaxCrossEntropyConfig::new()
            .class_weights(v)
            .label_smoothing(0.3);
        let mean = config.init()?.forward(&x, &target)?.item()?;
        assert!((mean - (a + b) / 6.0).abs() < 1e-14);
        let samples = tape.input(Tensor::from([1.0, 3.0]));
        let mean = config.init()?.forward_weighted(&x, &target, &samples)?;
        assert!((mean.item()? - (a + 3.0 * b) / (4.0 + 3.0 * 2.0)).abs() < 1e-14);
        let ignoring = config.ignore_index(1).init()?;
        let mean = ignoring.forward_weighted(&x, &target, &samples)?;
        assert!((mean.item()? - a / 4.0).abs() < 1e-14);
        Ok(())
    }

    #[test]
    fn what_does_not_fit_is_named() -> Result<()> {
        let loss = SoftmaxCrossEntropyConfig::new().init()?;
        let tape = Tape::inference();
        let message = |target: Tensor<i64>| {
            loss.forward(&tape.input(logits()), &target)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            message(Tensor::from([0, 3])),
            "softmax_cross_entropy: target 3 is no class; expected 0 to 2"
        );
        assert_eq!(
            message(Tensor::from([0])),
            "softmax_cross_entropy: logits [2, 3] and target [1]; expected a target of shape [2]"
        );
        let nothing = tape.input(Tensor::<f64>::zeros([0, 3]));
        assert!(
            loss.forward(&nothing, &Tensor::zeros([0]))
                .unwrap_err()
                .to_string()
                .contains("no element")
        );
        let smooth = SoftmaxCrossEntropyConfig::new()
            .label_smoothing(1.0)
            .init()
            .unwrap_err()
            .to_string();
        assert_eq!(
            smooth,
            "softmax_cross_entropy: label_smoothing is 1; expected a share from 0 to below 1"
        );
        Ok(())
    }
}
