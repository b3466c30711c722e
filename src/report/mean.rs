//! A mean that is gathered batch by batch.

use crate::{Error, Result};

/// The mean of a figure over an epoch, gathered from batches of different sizes.
///
/// ```
/// use etude::report::Mean;
///
/// let mut loss = Mean::new("loss");
/// loss.add(2.0, 32); // the mean over a batch of 32
/// loss.add(5.0, 16); // and over one of 16
/// assert_eq!(loss.value()?, 3.0);
/// # Ok::<(), etude::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Mean {
    name: &'static str,
    sum: f64,
    count: usize,
}

impl Mean {
    /// A mean of nothing yet; errors call it `name`.
    pub fn new(name: &'static str) -> Self {
        Mean {
            name,
            sum: 0.0,
            count: 0,
        }
    }

    /// Takes in the mean over `count` more examples. A NaN stays.
    pub fn add(&mut self, mean: f64, count: usize) {
        self.sum += mean * count as f64;
        self.count += count;
    }

    /// The mean over all examples so far.
    ///
    /// # Errors
    /// If there are none.
    pub fn value(&self) -> Result<f64> {
        match self.count {
            0 => Err(Error::value(
                self.name,
                "a mean over no examples; expected at least 1",
            )),
            count => Ok(self.sum / count as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_over_nothing_is_an_error() {
        let mut loss = Mean::new("loss");
        loss.add(3.0, 0);
        let err = loss.value().unwrap_err().to_string();
        assert_eq!(err, "loss: a mean over no examples; expected at least 1");
    }
}
