//! The smallest element over axes.

use super::reduce::{Form, Plan};
use super::sum::COST;
use crate::{Axes, Element, Result, Tensor};

impl<T: Element> Tensor<T> {
    /// The smallest element over `axes`, of any type (`false` is below `true`): `y = min x`; NaN where there is one.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0_f32, 4.0], [3.0, 2.0]]);
    /// assert_eq!(x.min(0)?.to_vec(), [1.0, 2.0]);
    /// assert_eq!(x.min(..)?.item()?, 1.0);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or named twice, or there is no element to choose.
    pub fn min(&self, axes: impl Into<Axes>) -> Result<Self> {
        let plan = Plan::new("min", self, &axes.into(), Form::Rows)?.expect_elements("min")?;
        Ok(plan.rows(COST, T::smallest))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn a_nan_is_passed_on() {
        let x = Tensor::from([1.0_f32, f32::NAN, 3.0]);
        assert!(x.min(..).unwrap().item().unwrap().is_nan());
    }

    #[test]
    fn integers_keep_all_their_digits() {
        let x = Tensor::from([[i64::MAX - 1, i64::MAX], [i64::MIN, 0]]);
        assert_eq!(x.min(1).unwrap().to_vec(), [i64::MAX - 1, i64::MIN]);
        assert_eq!(
            Tensor::from([3_u8, 1, 2]).min(..).unwrap().item().unwrap(),
            1
        );
    }

    #[test]
    fn nothing_to_choose_from_is_an_error() {
        let message = Tensor::<f32>::zeros([2, 0]).min(1).unwrap_err().to_string();
        assert_eq!(
            message,
            "min: no elements along the axes of shape [2, 0]; expected at least one"
        );
        let message = Tensor::<f32>::zeros([0, 2]).min(0).unwrap_err().to_string();
        assert!(message.contains("of shape [0, 2];"), "{message}");
        assert_eq!(Tensor::<f32>::zeros([2, 0]).min(0).unwrap().shape(), [0]);
    }
}
