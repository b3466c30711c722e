//! `yᵢ = ln (e^x₀ + … + e^xᵢ)` along an axis.

use super::running::running;
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The logarithm of the running sum of exponentials along `axis`, `yᵢ = ln (e^x₀ + … + e^xᵢ)`, which neither overflows
    /// nor underflows on the way. From the first NaN on it is NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let y = Tensor::from([1000.0_f64, 1000.0]).logcumsumexp(0)?;
    /// assert_eq!(y.to_vec(), [1000.0, 1000.0 + 2.0_f64.ln()]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn logcumsumexp(&self, axis: isize) -> Result<Self> {
        running("logcumsumexp", self, axis, 20.0, |x, y| {
            let mut total = T::NEG_INFINITY;
            for (&x, y) in x.iter().zip(y) {
                total = log_add_exp(total, x);
                *y = total;
            }
        })
    }
}

/// `ln (eᵃ + eᵇ)`.
fn log_add_exp<T: Float>(a: T, b: T) -> T {
    let (small, large) = if a < b || b.is_nan() { (a, b) } else { (b, a) };
    if small == T::NEG_INFINITY || large == T::INFINITY {
        return large; // whose difference would be NaN
    }
    large + (small - large).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn infinities_and_nan() {
        let (no, all) = (f64::NEG_INFINITY, f64::INFINITY);
        let x = Tensor::from([no, no, 0.0, no, -1e4, all, 1.0, f64::NAN, 2.0]);
        let y = x.logcumsumexp(0).unwrap().to_vec();
        assert_eq!(y[..7], [no, no, 0.0, 0.0, 0.0, all, all]);
        assert!(y[7].is_nan() && y[8].is_nan());
        let x = Tensor::from([0.5_f64, -1.0, 2.0]);
        let y = x.logcumsumexp(0).unwrap().to_vec();
        let direct = x.exp().cumsum(0).unwrap().ln().to_vec();
        assert!(y.iter().zip(direct).all(|(y, d)| (y - d).abs() < 1e-14));
    }
}
