//! The logarithm of a sum of exponentials over axes.

use super::reduce::{Form, Plan};
use crate::kernels::reduce::rows;
use crate::{Axes, Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The logarithm of the sum of exponentials over `axes`, `y = ln Σ exp x`, through the shifted sum, so that it neither
    /// overflows nor underflows; −∞ over nothing or over −∞ alone, ∞ with a +∞, NaN with a NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1e4_f64, 1e4]);
    /// assert!((x.logsumexp(..)?.item()? - (1e4 + 2.0_f64.ln())).abs() < 1e-9);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or named twice.
    pub fn logsumexp(&self, axes: impl Into<Axes>) -> Result<Self> {
        let plan = Plan::new("logsumexp", self, &axes.into(), Form::Rows)?;
        Ok(Tensor::build(plan.shape.clone(), |y| {
            rows::logsumexp(plan.elements(), plan.length, y)
        }))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn over_nothing_and_over_minus_infinity() {
        assert_eq!(
            Tensor::<f32>::zeros([2, 0]).logsumexp(1).unwrap().to_vec(),
            [f32::NEG_INFINITY; 2]
        );
        let row = Tensor::full([3], f32::NEG_INFINITY);
        assert_eq!(row.logsumexp(0).unwrap().item().unwrap(), f32::NEG_INFINITY);
    }

    #[test]
    fn over_columns() {
        let x = Tensor::from([[0.0_f64, 1.0], [0.0, 1.0]]);
        let y = x.logsumexp(0).unwrap().to_vec();
        assert!((y[1] - y[0] - 1.0).abs() < 1e-15);
    }
}
