//! The index of the smallest element along an axis.

use super::reduce::{Form, Plan};
use super::sum::COST;
use crate::{Axes, Element, Result, Tensor};

impl<T: Element> Tensor<T> {
    /// The index of the smallest element along `axes`, of any type: `y = least i with x[i] = min x`, so the first among equals; the first NaN
    /// where there is one. Over several axes, the index counts through them in row-major order.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0_f32, 4.0], [3.0, 2.0]]);
    /// assert_eq!(x.argmin(1)?.to_vec(), [0, 1]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or named twice, or there is no element to choose.
    pub fn argmin(&self, axes: impl Into<Axes>) -> Result<Tensor<i64>> {
        let plan =
            Plan::new("argmin", self, &axes.into(), Form::Rows)?.expect_elements("argmin")?;
        Ok(plan.rows(COST, |row| {
            T::first_smallest(row).map_or(-1, |index| index as i64)
        }))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn the_first_among_equals_and_the_first_nan() {
        let x = Tensor::from([[2.0_f32, 2.0, 2.0], [1.0, f32::NAN, f32::NAN]]);
        assert_eq!(x.argmin(-1).unwrap().to_vec(), [0, 1]);
    }

    #[test]
    fn integers_and_masks() {
        let x = Tensor::from([[9_i32, 1], [1, 1]]);
        assert_eq!(x.argmin(1).unwrap().to_vec(), [1, 0]);
        let mask = Tensor::from([true, true, false]);
        assert_eq!(mask.argmin(0).unwrap().item().unwrap(), 2);
    }

    #[test]
    fn nothing_to_choose_from_is_an_error() {
        let message = Tensor::<f32>::zeros([2, 0])
            .argmin(1)
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "argmin: no elements along the axes of shape [2, 0]; expected at least one"
        );
    }
}
