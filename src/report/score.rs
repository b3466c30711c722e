//! Loss and accuracy together.

use super::{Mean, accuracy};
use crate::{Result, Tensor};
use std::fmt;

/// How well a model does on some examples.
///
/// ```
/// use etude::report::Score;
///
/// let score = Score { loss: 0.0712, accuracy: 0.985 };
/// assert_eq!(score.to_string(), "loss 0.0712   accuracy 98.5 %");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// The mean loss.
    pub loss: f64,
    /// The share of right answers, from 0 to 1.
    pub accuracy: f64,
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = 100.0 * self.accuracy;
        write!(f, "loss {:.4}   accuracy {percent:.1} %", self.loss)
    }
}

/// A [`Score`] that is gathered batch by batch.
///
/// ```
/// use etude::{Tensor, report::Tally};
///
/// let mut tally = Tally::new();
/// let labels = Tensor::from([3_i64, 1, 4]);
/// tally.add(0.5, &Tensor::from([3_i64, 1, 4]), &labels)?;
/// tally.add(1.5, &Tensor::from([3_i64, 9, 9]), &labels)?;
/// let score = tally.score()?;
/// assert_eq!((score.loss, score.accuracy), (1.0, 4.0 / 6.0));
/// # Ok::<(), etude::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Tally {
    loss: Mean,
    accuracy: Mean,
}

impl Tally {
    /// The tally of no batches yet.
    pub fn new() -> Self {
        Tally {
            loss: Mean::new("loss"),
            accuracy: Mean::new("accuracy"),
        }
    }

    /// Takes in a batch: its mean loss, the classes that were predicted, and the right ones.
    ///
    /// # Errors
    /// If there isn't one prediction for each label, or there are none.
    pub fn add(&mut self, loss: f64, predicted: &Tensor<i64>, labels: &Tensor<i64>) -> Result<()> {
        let right = accuracy(predicted, labels)?;
        self.loss.add(loss, labels.elements());
        self.accuracy.add(right, labels.elements());
        Ok(())
    }

    /// The score on all batches so far.
    ///
    /// # Errors
    /// If there are none.
    pub fn score(&self) -> Result<Score> {
        Ok(Score {
            loss: self.loss.value()?,
            accuracy: self.accuracy.value()?,
        })
    }
}

impl Default for Tally {
    fn default() -> Self {
        Tally::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_of_nothing_is_an_error() {
        let mut tally = Tally::new();
        assert!(tally.score().is_err());
        let nothing = Tensor::zeros([0]);
        assert!(tally.add(0.0, &nothing, &nothing).is_err());
        assert!(
            tally
                .add(0.0, &Tensor::zeros([2]), &Tensor::zeros([3]))
                .is_err()
        );
        assert!(tally.score().is_err(), "what was refused isn't counted");
    }
}
