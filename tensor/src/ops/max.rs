//! `y = max x` over axes.

use super::reduce::{Form, Plan};
use super::sum::COST;
use crate::{Axes, Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The largest element over `axes`; NaN where there is one.
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
        Ok(plan.rows(COST, T::max_of))
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
