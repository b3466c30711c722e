//! `y = Σ (x − mean)² / (n − correction)` over axes.

use super::reduce::{Form, Plan};
use crate::{Axes, Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The variance over `axes`, `y = Σ (x − mean)² / (n − correction)`: the biased one with `correction` 0 (what
    /// normalisation layers use), the unbiased one of a sample with 1. NaN where `n ≤ correction`.
    ///
    /// Mean and deviations are taken in one stable pass (Chan, Golub and LeVeque, 1983), so a mean far from 0 costs no
    /// digits.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0, 4.0]);
    /// assert_eq!(x.var(.., 0)?.item()?, 1.25);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or named twice.
    pub fn var(&self, axes: impl Into<Axes>, correction: usize) -> Result<Self> {
        let plan = Plan::new("var", self, &axes.into(), Form::Rows)?;
        let freedom = plan.length as f64 - correction as f64;
        let divisor = T::from_f64(if freedom > 0.0 { freedom } else { f64::NAN });
        Ok(plan.rows(COST, |row| T::moments(row).1 / divisor))
    }
}

/// Nanoseconds an element: two passes over a block in the first-level cache.
const COST: f64 = 0.3;

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn a_large_mean_costs_no_digits() {
        let x = Tensor::from_slice([4], &[1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0, 1e9 + 4.0]).unwrap();
        assert_eq!(x.var(0, 0).unwrap().item().unwrap(), 1.25);
        assert_eq!(x.var(0, 1).unwrap().item().unwrap(), 5.0 / 3.0);
    }

    #[test]
    fn columns_and_too_few_elements() {
        let x = Tensor::from([[1.0, 5.0], [3.0, 5.0]]);
        assert_eq!(x.var(0, 0).unwrap().to_vec(), [1.0, 0.0]);
        assert!(
            x.slice(0, ..1)
                .unwrap()
                .var(0, 1)
                .unwrap()
                .to_vec()
                .iter()
                .all(|v: &f64| v.is_nan())
        );
    }
}
