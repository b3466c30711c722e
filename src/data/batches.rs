//! Examples in batches: another order in each epoch, the same one in each run.

use super::{Examples, Shift};
use crate::tensor::Rng;
use crate::{Error, Result, Tensor};

/// How examples go into batches.
///
/// What is drawn depends on the seed, the epoch and the example's number alone: not on the epochs before it, the size
/// of a batch or the number of threads. So a run repeats exactly, and one that is resumed goes on as if it had not stopped.
///
/// ```
/// use etude::{Tensor, data::{Batches, Examples}};
///
/// let labels = Tensor::arange(0_i64, 5, 1)?;
/// let examples = Examples::new(etude::zeros([5, 3]), labels)?;
///
/// let batches = Batches::new(&examples, 2)?.shuffled(7);
/// assert_eq!(batches.count(), 3);
/// let sizes: Vec<usize> = batches.epoch(0).map(|batch| batch.len()).collect();
/// assert_eq!(sizes, [2, 2, 1]);
/// # Ok::<(), etude::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Batches<'a> {
    examples: &'a Examples,
    size: usize,
    shuffle: Option<u64>,
    keep_last: bool,
    shift: Option<Shift>,
}

impl<'a> Batches<'a> {
    /// Batches of `size` examples in their given order; the last one holds what is left.
    ///
    /// # Errors
    /// If `size` is 0.
    pub fn new(examples: &'a Examples, size: usize) -> Result<Self> {
        if size == 0 {
            return Err(Error::value(
                "data",
                "batches of 0 examples; expected at least 1",
            ));
        }
        Ok(Batches {
            examples,
            size,
            shuffle: None,
            keep_last: true,
            shift: None,
        })
    }

    /// Shuffles the examples anew in each epoch.
    #[must_use]
    pub fn shuffled(self, seed: u64) -> Self {
        Batches {
            shuffle: Some(seed),
            ..self
        }
    }

    /// Leaves out a last batch that isn't full.
    #[must_use]
    pub fn dropping_last(self) -> Self {
        Batches {
            keep_last: false,
            ..self
        }
    }

    /// Moves each image at random, see [`Shift`].
    ///
    /// # Errors
    /// If the inputs aren't images `[n, height, width, channels]`.
    pub fn shifted(self, shift: Shift) -> Result<Self> {
        shift.check(self.examples.inputs().shape())?;
        Ok(Batches {
            shift: Some(shift),
            ..self
        })
    }

    /// The number of batches in an epoch.
    pub fn count(&self) -> usize {
        let examples = self.examples.len();
        if self.keep_last {
            examples.div_ceil(self.size)
        } else {
            examples / self.size
        }
    }

    /// The batches of one epoch.
    pub fn epoch(&self, epoch: u64) -> Epoch<'_> {
        let count = self.examples.len();
        let order = match self.shuffle {
            None => (0..count).collect(),
            Some(seed) => {
                let order = Tensor::permutation(count, &mut Rng::from_key(seed, epoch, 0)).to_vec();
                order.into_iter().map(|number| number as usize).collect()
            }
        };
        Epoch {
            batches: self,
            epoch,
            order,
            next: 0,
        }
    }
}

/// An iterator over the batches of one epoch, see [`Batches::epoch`].
#[derive(Clone, Debug)]
pub struct Epoch<'a> {
    batches: &'a Batches<'a>,
    epoch: u64,
    order: Vec<usize>,
    next: usize,
}

impl Iterator for Epoch<'_> {
    type Item = Examples;

    fn next(&mut self) -> Option<Examples> {
        if self.next == self.batches.count() {
            return None;
        }
        let start = self.next * self.batches.size;
        let end = (start + self.batches.size).min(self.order.len());
        self.next += 1;
        let numbers = &self.order[start..end];
        let batch = self
            .batches
            .examples
            .pick(numbers)
            .expect("numbers below the count");
        Some(match &self.batches.shift {
            None => batch,
            Some(shift) => shift.apply(&batch, numbers, self.epoch),
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.batches.count() - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Epoch<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tensor;

    fn numbered(count: usize) -> Examples {
        let labels = Tensor::arange(0, count as i64, 1).unwrap();
        Examples::new(Tensor::zeros([count, 1]), labels).unwrap()
    }

    fn labels(batches: &Batches, epoch: u64) -> Vec<i64> {
        batches
            .epoch(epoch)
            .flat_map(|batch| batch.labels().to_vec())
            .collect()
    }

    #[test]
    fn an_epoch_has_every_example_once() {
        let examples = numbered(10);
        let batches = Batches::new(&examples, 3).unwrap().shuffled(1);
        let mut seen = labels(&batches, 4);
        assert_ne!(seen, (0..10).collect::<Vec<_>>());
        seen.sort_unstable();
        assert_eq!(seen, (0..10).collect::<Vec<_>>());
        assert_eq!(batches.epoch(0).len(), 4);
    }

    #[test]
    fn the_order_depends_on_seed_and_epoch_alone() {
        let examples = numbered(20);
        let order = |size, seed, epoch| {
            labels(
                &Batches::new(&examples, size).unwrap().shuffled(seed),
                epoch,
            )
        };
        assert_eq!(order(3, 5, 2), order(7, 5, 2));
        assert_ne!(order(3, 5, 2), order(3, 5, 3));
        assert_ne!(order(3, 5, 2), order(3, 6, 2));
    }

    #[test]
    fn the_last_batch_is_kept_or_dropped() {
        let examples = numbered(7);
        let kept = Batches::new(&examples, 3).unwrap();
        assert_eq!((kept.count(), labels(&kept, 0)), (3, (0..7).collect()));
        let dropped = kept.clone().dropping_last();
        assert_eq!(
            (dropped.count(), labels(&dropped, 0)),
            (2, (0..6).collect())
        );
        let nothing = numbered(0);
        assert_eq!(Batches::new(&nothing, 3).unwrap().epoch(0).count(), 0);
    }

    #[test]
    fn a_batch_of_none_is_refused() {
        let err = Batches::new(&numbered(1), 0).unwrap_err().to_string();
        assert_eq!(err, "data: batches of 0 examples; expected at least 1");
    }
}
