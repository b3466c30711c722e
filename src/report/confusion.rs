//! Which classes are taken for which.

use super::accuracy::check_pair;
use crate::{Error, Result, Tensor};
use std::fmt;

/// How often each class was taken for each other: row = label, column = prediction.
///
/// ```
/// use etude::{Tensor, report::ConfusionMatrix};
///
/// let mut matrix = ConfusionMatrix::new(3)?;
/// matrix.add(&Tensor::from([0_i64, 1, 2, 2]), &Tensor::from([0_i64, 1, 1, 2]))?;
/// assert_eq!(matrix.count(1, 2), 1); // one 1 was taken for a 2
/// assert_eq!(matrix.accuracy()?, 0.75);
/// println!("{matrix}");
/// # Ok::<(), etude::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfusionMatrix {
    classes: usize,
    /// Row-major, `[label, prediction]`.
    counts: Vec<usize>,
}

impl ConfusionMatrix {
    /// A matrix for classes `0` to `classes − 1`, with nothing counted.
    ///
    /// # Errors
    /// If there are no classes, or so many that their pairs can't be counted.
    pub fn new(classes: usize) -> Result<Self> {
        match classes.checked_mul(classes) {
            Some(pairs) if (1..=1 << 24).contains(&pairs) => Ok(ConfusionMatrix {
                classes,
                counts: vec![0; pairs],
            }),
            _ => {
                let message = format!("{classes} classes; expected 1 to 4096");
                Err(Error::value("confusion matrix", message))
            }
        }
    }

    /// Counts predictions with their labels, both of the same shape.
    ///
    /// # Errors
    /// If the shapes differ, or one of them holds a number that is no class; then nothing is counted.
    pub fn add(&mut self, predicted: &Tensor<i64>, labels: &Tensor<i64>) -> Result<()> {
        check_pair("confusion matrix", predicted, labels)?;
        let (predicted, labels) = (predicted.to_vec(), labels.to_vec());
        for (what, numbers) in [("prediction", &predicted), ("label", &labels)] {
            let outside = |number: &&i64| !(0..self.classes as i64).contains(number);
            if let Some(number) = numbers.iter().find(outside) {
                let last = self.classes - 1;
                let message = format!("{what} {number} is no class; expected 0 to {last}");
                return Err(Error::index("confusion matrix", message));
            }
        }
        for (predicted, label) in predicted.into_iter().zip(labels) {
            self.counts[label as usize * self.classes + predicted as usize] += 1;
        }
        Ok(())
    }

    /// How often `label` was taken for `predicted`; 0 for what is no class.
    pub fn count(&self, label: usize, predicted: usize) -> usize {
        if label.max(predicted) >= self.classes {
            return 0;
        }
        self.counts[label * self.classes + predicted]
    }

    /// How many predictions were counted.
    pub fn total(&self) -> usize {
        self.counts.iter().sum()
    }

    /// The share of right predictions, from 0 to 1.
    ///
    /// # Errors
    /// If nothing was counted.
    pub fn accuracy(&self) -> Result<f64> {
        let right: usize = (0..self.classes)
            .map(|class| self.count(class, class))
            .sum();
        self.share("accuracy", right, self.total())
    }

    /// Of the predictions `class`, the share that was right.
    ///
    /// # Errors
    /// If `class` was never predicted.
    pub fn precision(&self, class: usize) -> Result<f64> {
        let predicted = (0..self.classes)
            .map(|label| self.count(label, class))
            .sum();
        self.share("precision", self.count(class, class), predicted)
    }

    /// Of the examples of `class`, the share that was found.
    ///
    /// # Errors
    /// If no example was of that class.
    pub fn recall(&self, class: usize) -> Result<f64> {
        let labelled = (0..self.classes)
            .map(|other| self.count(class, other))
            .sum();
        self.share("recall", self.count(class, class), labelled)
    }

    fn share(&self, what: &str, right: usize, all: usize) -> Result<f64> {
        match all {
            0 => {
                let message = format!("{what} over no predictions; expected at least 1");
                Err(Error::value("confusion matrix", message))
            }
            all => Ok(right as f64 / all as f64),
        }
    }
}

/// A table with a dot for 0, so that what was mistaken stands out; on the right how many of each class were found, below
/// how many of each prediction were right.
impl fmt::Display for ConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widest = self.counts.iter().max().map_or(1, |n| n.to_string().len());
        let cell = widest.max((self.classes - 1).to_string().len()).max(3) + 2;
        let percent = |share: Result<f64>| match share {
            Ok(share) => format!("{:.1} %", 100.0 * share),
            Err(_) => "–".to_string(),
        };
        let margin = 9;

        write!(f, "{:margin$}", "label")?;
        (0..self.classes).try_for_each(|class| write!(f, "{class:>cell$}"))?;
        writeln!(f, "{:>10}", "found")?;
        for label in 0..self.classes {
            write!(f, "{label:<margin$}")?;
            for predicted in 0..self.classes {
                match self.count(label, predicted) {
                    0 => write!(f, "{:>cell$}", "·")?,
                    count => write!(f, "{count:>cell$}")?,
                }
            }
            writeln!(f, "{:>10}", percent(self.recall(label)))?;
        }
        write!(f, "{:margin$}", "right, %")?;
        for class in 0..self.classes {
            match self.precision(class) {
                Ok(share) => write!(f, "{:>cell$.0}", 100.0 * share)?,
                Err(_) => write!(f, "{:>cell$}", "–")?,
            }
        }
        write!(f, "{:>10}", percent(self.accuracy()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(predicted: &[i64], labels: &[i64]) -> ConfusionMatrix {
        let tensor = |numbers: &[i64]| Tensor::from_slice([numbers.len()], numbers).unwrap();
        let mut matrix = ConfusionMatrix::new(3).unwrap();
        matrix.add(&tensor(predicted), &tensor(labels)).unwrap();
        matrix
    }

    #[test]
    fn rows_are_labels_and_columns_predictions() {
        let matrix = matrix(&[0, 1, 1, 1, 1], &[0, 0, 0, 1, 2]);
        assert_eq!((matrix.count(0, 1), matrix.count(1, 0)), (2, 0));
        assert_eq!((matrix.count(3, 0), matrix.count(0, 9)), (0, 0));
        assert_eq!((matrix.total(), matrix.accuracy().unwrap()), (5, 0.4));
        assert_eq!(matrix.recall(0).unwrap(), 1.0 / 3.0);
        assert_eq!(matrix.precision(1).unwrap(), 0.25);
        assert!(matrix.precision(2).is_err());
    }

    #[test]
    fn the_table_reads_well() {
        let expected = "\
label        0    1    2     found
0            1    2    ·    33.3 %
1            ·   10    ·   100.0 %
2            ·    ·    ·         –
right, %   100   83    –    84.6 %";
        let matrix = matrix(
            &[0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
            &[0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
        );
        assert_eq!(matrix.to_string(), expected);
    }

    #[test]
    fn what_is_no_class_is_refused_and_not_counted() {
        let mut matrix = ConfusionMatrix::new(3).unwrap();
        let err = matrix
            .add(&Tensor::full([1], 3), &Tensor::full([1], 0))
            .unwrap_err();
        assert_eq!(
            err.to_string(),
            "confusion matrix: prediction 3 is no class; expected 0 to 2"
        );
        assert!(
            matrix
                .add(&Tensor::full([1], 0), &Tensor::full([1], -1))
                .is_err()
        );
        assert!(
            matrix
                .add(&Tensor::full([1], 0), &Tensor::full([2], 0))
                .is_err()
        );
        assert_eq!(matrix.total(), 0);
        assert!(matrix.accuracy().is_err(), "an accuracy over nothing");
        assert!(ConfusionMatrix::new(0).is_err() && ConfusionMatrix::new(usize::MAX).is_err());
    }
}
