//! What there is, and how often: `unique` for any elements, `bincount` for small numbers.

use crate::{Element, Error, Result, Tensor};

/// The distinct elements of a tensor: what [`Tensor::unique`] returns.
#[derive(Clone, Debug, PartialEq)]
pub struct Unique<T: Element> {
    /// Each element once, ascending.
    pub values: Tensor<T>,
    /// For each element of the tensor, in its shape, the position of its value in `values`.
    pub inverse: Tensor<i64>,
    /// How often each value is there.
    pub counts: Tensor<i64>,
}

impl<T: Element> Tensor<T> {
    /// The distinct elements, ascending, with where they are, `values[inverse[i]] = x[i]`, and how often. 0 and −0 are one value; all NaN
    /// are one, the last.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let found = Tensor::from([3, 1, 3, 2_i64]).unique();
    /// assert_eq!(found.values.to_vec(), [1, 2, 3]);
    /// assert_eq!(found.inverse.to_vec(), [2, 0, 2, 1]);
    /// assert_eq!(found.counts.to_vec(), [1, 1, 2]);
    /// ```
    #[must_use]
    pub fn unique(&self) -> Unique<T> {
        let x = self.to_vec();
        let mut order: Vec<(u64, usize)> = x.iter().map(|x| x.order_key()).zip(0..).collect();
        order.sort_unstable();
        let (mut values, mut counts, mut inverse) = (Vec::new(), Vec::new(), vec![0; x.len()]);
        for (i, &(key, at)) in order.iter().enumerate() {
            if i == 0 || order[i - 1].0 != key {
                values.push(x[at]);
                counts.push(0);
            }
            let last = counts.len() - 1;
            counts[last] += 1;
            inverse[at] = last as i64;
        }
        Unique {
            values: values.into(),
            inverse: Tensor::build(self.to_shape(), |out| out.copy_from_slice(&inverse)),
            counts: counts.into(),
        }
    }
}

impl Tensor<i64> {
    /// How often each number from 0 on is there, `y[k] = Σᵢ [x[i] = k]`: as many counts as the largest number asks for, and at least `length`. (For
    /// weights instead of counts: zeros and [`index_add`](Tensor::index_add).)
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1, 3, 1_i64]).bincount(0)?.to_vec(), [0, 2, 0, 1]);
    /// assert_eq!(Tensor::from([1_i64]).bincount(3)?.to_vec(), [0, 1, 0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a number is negative, or so large that memory can't hold the counts.
    pub fn bincount(&self, length: usize) -> Result<Tensor<i64>> {
        let numbers = self.to_vec();
        if let Some(&number) = numbers.iter().find(|&&number| number < 0) {
            return Err(Error::value(
                "bincount",
                format!("the number {number}; expected none below 0"),
            ));
        }
        let most = numbers.iter().max().map_or(0, |&most| most as usize + 1);
        let mut counts = Tensor::try_full([most.max(length)], 0_i64)
            .map_err(|err| Error::value("bincount", err.message()))?;
        let out = counts.make_mut();
        numbers.iter().for_each(|&number| out[number as usize] += 1);
        Ok(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_and_shapes() {
        let x = Tensor::from([[f32::NAN, 0.0], [-0.0, f32::NAN]]);
        let found = x.unique();
        assert_eq!(found.values.to_vec()[0], 0.0);
        assert!(found.values.to_vec()[1].is_nan());
        assert_eq!(found.inverse, Tensor::from([[1, 0], [0, 1]]));
        assert_eq!(found.counts.to_vec(), [2, 2]);
        assert_eq!(Tensor::<f32>::zeros([0]).unique().values.shape(), [0]);
    }

    #[test]
    fn numbers_that_cannot_be_counted() {
        let message = |x: i64| Tensor::from([x]).bincount(0).unwrap_err().to_string();
        assert_eq!(
            message(-1),
            "bincount: the number -1; expected none below 0"
        );
        assert!(message(i64::MAX - 1).starts_with("bincount: a tensor of shape"));
        assert_eq!(
            Tensor::<i64>::zeros([0]).bincount(2).unwrap().to_vec(),
            [0, 0]
        );
    }
}
