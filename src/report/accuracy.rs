//! The share of right answers.

use crate::{Error, Result, Tensor};

/// The share of `predicted` classes that equal their `labels`, from 0 to 1. Both have the same shape.
///
/// # Errors
/// If the shapes differ, or there is nothing to take a mean over.
///
/// ```
/// use etude::{Tensor, report::accuracy};
///
/// let labels = Tensor::from([3_i64, 1, 4, 1]);
/// assert_eq!(accuracy(&Tensor::from([3_i64, 1, 4, 5]), &labels)?, 0.75);
/// # Ok::<(), etude::Error>(())
/// ```
pub fn accuracy(predicted: &Tensor<i64>, labels: &Tensor<i64>) -> Result<f64> {
    check_pair("accuracy", predicted, labels)?;
    if labels.elements() == 0 {
        return Err(Error::value(
            "accuracy",
            "no predictions; expected at least 1",
        ));
    }
    let pairs = predicted.to_vec().into_iter().zip(labels.to_vec());
    let right = pairs
        .filter(|(predicted, label)| predicted == label)
        .count();
    Ok(right as f64 / labels.elements() as f64)
}

/// Whether there is one prediction for each label.
pub(super) fn check_pair(who: &str, predicted: &Tensor<i64>, labels: &Tensor<i64>) -> Result<()> {
    if predicted.shape() == labels.shape() {
        return Ok(());
    }
    Err(Error::shape(
        who,
        format!(
            "predictions {:?} for labels {:?}; expected the same shape",
            predicted.shape(),
            labels.shape()
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accuracy_over_nothing_is_an_error() {
        let nothing = Tensor::zeros([0]);
        let err = accuracy(&nothing, &nothing).unwrap_err().to_string();
        assert_eq!(err, "accuracy: no predictions; expected at least 1");
    }

    #[test]
    fn shapes_must_agree() {
        let err = accuracy(&Tensor::zeros([2, 1]), &Tensor::zeros([2])).unwrap_err();
        assert_eq!(
            err.to_string(),
            "accuracy: predictions [2, 1] for labels [2]; expected the same shape"
        );
    }
}
