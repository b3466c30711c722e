//! `y = Π x` over axes.

use super::reduce::{Form, Plan};
use super::sum::COST;
use crate::{Axes, Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The product over `axes`; 1 where there is nothing to multiply, NaN where there is one.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.prod(0)?.to_vec(), [3.0, 8.0]);
    /// assert_eq!(x.prod(..)?.item()?, 24.0);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or named twice.
    pub fn prod(&self, axes: impl Into<Axes>) -> Result<Self> {
        let plan = Plan::new("prod", self, &axes.into(), Form::Rows)?;
        let product = |row: &[T]| row.iter().fold(T::one(), |product, &x| product * x);
        Ok(plan.rows(4.0 * COST, product))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn nothing_multiplies_to_one() {
        assert_eq!(
            Tensor::<f32>::zeros([0, 3]).prod(0).unwrap().to_vec(),
            [1.0; 3]
        );
        assert_eq!(
            Tensor::from([2.0, 0.0, 5.0])
                .prod(..)
                .unwrap()
                .item()
                .unwrap(),
            0.0
        );
        assert!(
            Tensor::from([2.0, f64::NAN, 0.0])
                .prod(..)
                .unwrap()
                .item()
                .unwrap()
                .is_nan()
        );
    }
}
