//! The largest element over axes.

use super::reduce::{Form, Plan};
use super::sum::COST;
use crate::{Axes, Element, Result, Tensor};

impl<T: Element> Tensor<T> {
    /// The largest element over `axes`, of any type (`true` is above `false`): `y = max x`; NaN where there is one.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0_f32, 4.0], [3.0, 2.0]]);
    /// assert_eq!(x.max(0)?.to_vec(), [3.0, 4.0]);
    /// assert_eq!(x.max(..)?.item()?, 4.0);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or named twice, or there is no element to choose.
    pub fn max(&self, axes: impl Into<Axes>) -> Result<Self> {
        let plan = Plan::new("max", self, &axes.into(), Form::Rows)?.expect_elements("max")?;
        Ok(plan.rows(COST, T::largest))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn a_nan_is_passed_on() {
        let x = Tensor::from([1.0_f32, f32::NAN, 3.0]);
        assert!(x.max(..).unwrap().item().unwrap().is_nan());
    }

    #[test]
    fn integers_keep_all_their_digits() {
        let x = Tensor::from([[i64::MAX - 1, i64::MAX], [i64::MIN, 0]]);
        assert_eq!(x.max(1).unwrap().to_vec(), [i64::MAX, 0]);
        let mask = Tensor::from([[true, false], [false, false]]);
        assert_eq!(mask.max(0).unwrap().to_vec(), [true, false]);
    }

    #[test]
    fn nothing_to_choose_from_is_an_error() {
        let message = Tensor::<f32>::zeros([2, 0]).max(1).unwrap_err().to_string();
        assert_eq!(
            message,
            "max: no elements along the axes of shape [2, 0]; expected at least one"
        );
        let message = Tensor::<f32>::zeros([0, 2]).max(0).unwrap_err().to_string();
        assert!(message.contains("of shape [0, 2];"), "{message}");
        assert_eq!(Tensor::<f32>::zeros([2, 0]).max(0).unwrap().shape(), [0]);
    }
}
