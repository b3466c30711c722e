//! Labels as indicator vectors.

use crate::element::Number;
use crate::{Element, Error, Result, Shape, Tensor};

impl Tensor<i64> {
    /// For each label a vector of `classes` elements along a new last axis, `y[…, k] = [x[…] = k]`: 1 (`true`) at the label, 0 elsewhere.
    ///
    /// # Errors
    /// If a label is negative or not below `classes`, or the result is larger than memory.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let labels = Tensor::from([2, 0]);
    /// assert_eq!(labels.one_hot::<f32>(3)?, Tensor::from([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn one_hot<T: Element>(&self, classes: usize) -> Result<Tensor<T>> {
        let labels = self.to_vec();
        let is_class = |label: &i64| (*label as u64) < classes as u64; // a negative number is beyond any
        if let Some(place) = labels.iter().position(|label| !is_class(label)) {
            return Err(Error::index(
                "one_hot",
                format!(
                    "label {} (number {place} of {}) is none of {classes} classes; expected 0 to below {classes}",
                    labels[place],
                    labels.len()
                ),
            ));
        }
        let mut sizes = self.shape().to_vec();
        sizes.push(classes);
        let mut hot = Tensor::zeros(Shape::fitting("one_hot", sizes, size_of::<T>())?);
        if classes > 0 {
            for (row, &label) in hot.make_mut().chunks_exact_mut(classes).zip(&labels) {
                row[label as usize] = T::from_number(Number::Int(1));
            }
        }
        Ok(hot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_each_row() {
        let labels = Tensor::from([[1, 0], [1, 2]]).transpose(0, 1).unwrap();
        let hot = labels.one_hot::<bool>(3).unwrap();
        for (i, j, k) in (0..12).map(|n| (n / 6, n / 3 % 2, n % 3)) {
            assert_eq!(
                hot.at(&[i, j, k]).unwrap(),
                labels.at(&[i, j]).unwrap() == k as i64
            );
        }
        assert_eq!(
            Tensor::<i64>::zeros([0]).one_hot::<u8>(0).unwrap().shape(),
            [0, 0]
        );
    }

    #[test]
    fn a_label_out_of_range_is_named() {
        assert_eq!(
            Tensor::from([0, 3])
                .one_hot::<f32>(3)
                .unwrap_err()
                .to_string(),
            "one_hot: label 3 (number 1 of 2) is none of 3 classes; expected 0 to below 3"
        );
        assert!(Tensor::from([-1]).one_hot::<f32>(3).is_err());
        assert!(Tensor::from([0, 0]).one_hot::<f32>(usize::MAX).is_err());
        assert!(Tensor::from([0, 0]).one_hot::<f32>(1 << 45).is_err());
    }
}
