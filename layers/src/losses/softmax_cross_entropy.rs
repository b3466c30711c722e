//! The cross entropy of logits with classes.

use super::reduce::{mean, reduce};
use crate::config::{Reduction, to_json};
use crate::{Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::Var;
use etude_tensor::{Error, Float, Result, Tensor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const WHO: &str = "softmax_cross_entropy";
const SIGNATURE: Signature = Signature::new(
    "SoftmaxCrossEntropy",
    &[Argument::float("logits"), Argument::ints("target")],
    &["loss"],
);

/// The configuration of a [`SoftmaxCrossEntropy`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SoftmaxCrossEntropyConfig {
    /// The share of the target that is spread over all classes, from 0 to below 1.
    #[serde(default)]
    pub label_smoothing: f64,
    /// The target of positions that don't count; it may lie outside of the classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignore_index: Option<i64>,
    /// Mean, sum, or the elements as they are.
    #[serde(default = "mean")]
    pub reduction: Reduction,
}

impl Default for SoftmaxCrossEntropyConfig {
    fn default() -> Self {
        SoftmaxCrossEntropyConfig {
            label_smoothing: 0.0,
            ignore_index: None,
            reduction: mean(),
        }
    }
}

impl SoftmaxCrossEntropyConfig {
    /// The mean over all positions, without smoothing.
    pub fn new() -> Self {
        SoftmaxCrossEntropyConfig::default()
    }

    /// With a share of the target spread over all classes.
    #[must_use]
    pub fn label_smoothing(mut self, label_smoothing: f64) -> Self {
        self.label_smoothing = label_smoothing;
        self
    }

    /// Without the positions of this target.
    #[must_use]
    pub fn ignore_index(mut self, ignore_index: i64) -> Self {
        self.ignore_index = Some(ignore_index);
        self
    }

    /// With another reduction.
    #[must_use]
    pub fn reduction(mut self, reduction: Reduction) -> Self {
        self.reduction = reduction;
        self
    }

    /// The loss.
    ///
    /// # Errors
    /// If `label_smoothing` lies outside of 0 to below 1.
    pub fn init(&self) -> Result<SoftmaxCrossEntropy> {
        if !(0.0..1.0).contains(&self.label_smoothing) {
            let message = format!(
                "label_smoothing is {}; expected a share from 0 to below 1",
                self.label_smoothing
            );
            return Err(Error::config(WHO, message));
        }
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
    /// If the target's shape isn't the logits' without the last axis, a target is neither a class nor `ignore_index`, or a
    /// mean is asked of nothing.
    pub fn forward<T: Float>(&self, logits: &Var<T>, target: &Tensor<i64>) -> Result<Var<T>> {
        let Some((&classes, rows)) = logits.shape().split_last() else {
            return Err(Error::shape(
                WHO,
                "logits have rank 0; expected [..., classes]",
            ));
        };
        if rows != target.shape() {
            let message = format!(
                "logits {:?} and target {:?}; expected a target of shape {rows:?}",
                logits.shape(),
                target.shape()
            );
            return Err(Error::shape(WHO, message));
        }
        let ignored = |t: i64| Some(t) == self.config.ignore_index;
        let mut labels = target.to_vec();
        if let Some(t) = labels
            .iter()
            .find(|&&t| !(0..classes as i64).contains(&t) && !ignored(t))
        {
            let message = format!(
                "target {t} is no class; expected 0 to {}",
                classes as i64 - 1
            );
            return Err(Error::index(WHO, message));
        }
        let counts: Vec<bool> = labels.iter().map(|&t| !ignored(t)).collect();
        let count = counts.iter().filter(|&&counts| counts).count();
        if count == labels.len() {
            let elements = self.elements(logits, target)?;
            return reduce(WHO, &elements, self.config.reduction, count);
        }
        // What is ignored gets some class, and its loss is thrown away, its gradient with it.
        labels
            .iter_mut()
            .filter(|t| ignored(**t))
            .for_each(|t| *t = 0);
        let counts = Tensor::from_slice(target.shape(), &counts)?;
        let elements = self.elements(logits, &Tensor::from_slice(target.shape(), &labels)?)?;
        let elements = elements.where_(&counts, &logits.tape().scalar(0.0))?;
        reduce(WHO, &elements, self.config.reduction, count.max(1))
    }

    /// The loss of each position, for targets that are classes.
    fn elements<T: Float>(&self, logits: &Var<T>, target: &Tensor<i64>) -> Result<Var<T>> {
        let hard = logits.cross_entropy(target)?;
        let smoothing = self.config.label_smoothing;
        if smoothing == 0.0 {
            return Ok(hard);
        }
        let soft = logits.logsumexp(-1)?.try_sub(&logits.mean(-1)?)?;
        hard.mul_scalar(1.0 - smoothing)?
            .try_add(&soft.mul_scalar(smoothing)?)
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
        Ok(Outputs::one(
            "loss",
            self.forward(args.float("logits")?, args.ints("target")?)?,
        ))
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
