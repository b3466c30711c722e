//! The index of the largest element along an axis.

use super::reduce::{Form, Plan};
use super::sum::COST;
use crate::{Axes, Element, Result, Tensor};

impl<T: Element> Tensor<T> {
    /// The index of the largest element along `axes`, of any type: `y = least i with x[i] = max x`, so the first among equals; the first NaN
    /// where there is one. Over several axes, the index counts through them in row-major order.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0_f32, 4.0], [3.0, 2.0]]);
    /// assert_eq!(x.argmax(1)?.to_vec(), [1, 0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or named twice, or there is no element to choose.
    pub fn argmax(&self, axes: impl Into<Axes>) -> Result<Tensor<i64>> {
        let plan =
            Plan::new("argmax", self, &axes.into(), Form::Rows)?.expect_elements("argmax")?;
        Ok(plan.rows(COST, |row| {
            T::first_largest(row).map_or(-1, |index| index as i64)
        }))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn the_first_among_equals_and_the_first_nan() {
        let x = Tensor::from([[2.0_f32, 2.0, 2.0], [1.0, f32::NAN, f32::NAN]]);
        assert_eq!(x.argmax(-1).unwrap().to_vec(), [0, 1]);
    }

    #[test]
    fn integers_and_masks() {
        let x = Tensor::from([[1_i64, 9], [9, 9]]);
        assert_eq!(x.argmax(1).unwrap().to_vec(), [1, 0]);
        let mask = Tensor::from([false, true, true]);
        assert_eq!(mask.argmax(0).unwrap().item().unwrap(), 1);
    }

    #[test]
    fn nothing_to_choose_from_is_an_error() {
        let message = Tensor::<f32>::zeros([2, 0])
            .argmax(1)
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "argmax: no elements along the axes of shape [2, 0]; expected at least one"
        );
    }
}
