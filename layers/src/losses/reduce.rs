//! The last step of a loss: from its elements to what is asked for.

use crate::config::Reduction;
use etude_autograd::Var;
use etude_tensor::{Error, Float, Result, Tensor};

/// A loss before its reduction.
pub(super) struct Elements<T: Float> {
    /// The loss of each position, with the weight of its class in it.
    pub(super) values: Var<T>,
    /// How much each position counts in a mean, broadcastable to the values; 1 if absent.
    pub(super) counts: Option<Tensor<T>>,
}

impl<T: Float> From<Var<T>> for Elements<T> {
    fn from(values: Var<T>) -> Self {
        Elements {
            values,
            counts: None,
        }
    }
}

/// The elements `ℓ` of a loss `who` with sample weights `s` and counts `c`, reduced: to `s·ℓ`, to `Σ s·ℓ`, or to the weighted mean
/// `Σ s·ℓ / Σ s·c`, which is 0 where nothing counts.
///
/// # Errors
/// If the sample weights don't fit or one of them is negative, or a mean is asked of nothing.
pub(super) fn reduce<T: Float>(
    who: &str,
    elements: Elements<T>,
    sample_weight: Option<&Var<T>>,
    reduction: Reduction,
) -> Result<Var<T>> {
    let Elements { values, counts } = elements;
    let weight = match sample_weight {
        Some(weight) => Some(spread(who, weight, values.shape())?),
        None => None,
    };
    let weighted = match &weight {
        Some(weight) => values.try_mul(weight)?,
        None => values.clone(),
    };
    match reduction {
        Reduction::None => return Ok(weighted),
        Reduction::Sum => return weighted.sum(..),
        Reduction::Mean => {}
    }
    let size = values.tensor().elements();
    if size == 0 {
        let message = format!(
            "a loss of shape {:?} has no element to take the mean of",
            values.shape()
        );
        return Err(Error::shape(who, message));
    }
    let counts = counts.map(|counts| values.tape().input(counts));
    let counts = match (weight, counts) {
        (None, None) => return weighted.sum(..)?.div_scalar(size as f64),
        (Some(counts), None) | (None, Some(counts)) => counts,
        (Some(weight), Some(counts)) => weight.try_mul(&counts)?,
    };
    let total = counts.broadcast_to(values.shape())?.sum(..)?;
    if total.item()? == T::ZERO {
        return weighted.sum(..);
    }
    weighted.sum(..)?.try_div(&total)
}

/// The sample weights, in the shape in which they broadcast against a loss of this shape.
fn spread<T: Float>(who: &str, weight: &Var<T>, loss: &[usize]) -> Result<Var<T>> {
    if !loss.starts_with(weight.shape()) {
        let message = format!(
            "sample_weight {:?} for a loss of shape {loss:?}; expected its first axes, one weight for each sample, or all of them",
            weight.shape()
        );
        return Err(Error::shape(who, message));
    }
    let is_weight = |&weight: &T| weight >= T::ZERO && weight.is_finite();
    if let Some(weight) = weight.tensor().to_vec().iter().find(|w| !is_weight(w)) {
        let message = format!("sample_weight holds {weight}; expected numbers of 0 or more");
        return Err(Error::value(who, message));
    }
    let mut shape = weight.shape().to_vec();
    shape.resize(loss.len(), 1);
    weight.reshape(shape)
}

/// The weights of a configuration's classes, as a tensor.
///
/// # Errors
/// If there isn't one for each of the `classes`.
pub(super) fn class_weights<T: Float>(
    who: &str,
    weights: &[f64],
    classes: usize,
) -> Result<Tensor<T>> {
    if weights.len() != classes {
        let message = format!(
            "{} class_weights for {classes} classes; expected one for each",
            weights.len()
        );
        return Err(Error::shape(who, message));
    }
    let weights: Vec<T> = weights.iter().map(|&weight| T::from_f64(weight)).collect();
    Tensor::from_slice([classes], &weights)
}

/// Refuses class weights that are negative.
pub(super) fn check_class_weights(who: &str, weights: Option<&[f64]>) -> Result<()> {
    let wrong = |weight: &&f64| !(**weight >= 0.0 && weight.is_finite());
    match weights.unwrap_or_default().iter().find(wrong) {
        Some(weight) => Err(Error::config(
            who,
            format!("class_weights holds {weight}; expected numbers of 0 or more"),
        )),
        None => Ok(()),
    }
}

/// Refuses a share that isn't one.
pub(super) fn check_label_smoothing(who: &str, share: f64) -> Result<()> {
    if !(0.0..1.0).contains(&share) {
        let message = format!("label_smoothing is {share}; expected a share from 0 to below 1");
        return Err(Error::config(who, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;

    fn reduced(weight: Tensor<f64>, reduction: Reduction) -> Result<Tensor<f64>> {
        let tape = Tape::inference();
        let elements = tape.input(Tensor::from([[1.0, 2.0], [10.0, 20.0]]));
        let weight = tape.input(weight);
        Ok(reduce("loss", elements.into(), Some(&weight), reduction)?.into_tensor())
    }

    #[test]
    fn samples_weigh_in_values_and_in_the_mean() -> Result<()> {
        let samples = || Tensor::from([1.0, 3.0]);
        let values = reduced(samples(), Reduction::None)?;
        assert_eq!(values.to_vec(), [1.0, 2.0, 30.0, 60.0]);
        assert_eq!(reduced(samples(), Reduction::Sum)?.item()?, 93.0);
        assert_eq!(reduced(samples(), Reduction::Mean)?.item()?, 93.0 / 8.0);
        let each = Tensor::from([[1.0, 0.0], [0.0, 1.0]]);
        assert_eq!(reduced(each, Reduction::Mean)?.item()?, 10.5);
        let one = reduced(Tensor::scalar(2.0), Reduction::Mean)?;
        assert_eq!(one.item()?, 33.0 / 4.0);
        let nothing = reduced(Tensor::zeros([2]), Reduction::Mean)?;
        assert_eq!(nothing.item()?, 0.0);
        Ok(())
    }

    #[test]
    fn a_weighted_mean_differentiates_its_weights_too() -> Result<()> {
        let mean =
            |x: &[Var<f64>]| reduce("loss", x[0].clone().into(), Some(&x[1]), Reduction::Mean);
        let values = Tensor::from([[1.0, 2.0], [10.0, 20.0]]);
        etude_autograd::gradcheck(mean, &[values, Tensor::from([1.0, 3.0])]).map(|_| ())
    }

    #[test]
    fn weights_that_do_not_fit_are_named() {
        let message = |weight: Tensor<f64>| {
            let refused = reduced(weight, Reduction::Mean).unwrap_err();
            refused.to_string()
        };
        assert_eq!(
            message(Tensor::zeros([3])),
            "loss: sample_weight [3] for a loss of shape [2, 2]; expected its first axes, one weight for each sample, or all of them"
        );
        assert_eq!(
            message(Tensor::from([1.0, -2.0])),
            "loss: sample_weight holds -2; expected numbers of 0 or more"
        );
    }
}
