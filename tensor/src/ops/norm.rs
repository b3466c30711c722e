//! `y = (Σ |x|ᵖ)^(1/p)` over axes, the p-norm, with its limits at 0 and ±∞.

use super::reduce::{Form, Plan};
use crate::{Axes, Error, Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The p-norm over `axes`, `y = (Σ |x|ᵖ)^(1/p)`. `p = 2` is the Euclidean norm, 1 the sum of magnitudes, ∞ the largest
    /// magnitude, −∞ the smallest, and 0 the number of elements that aren't 0. NaN where there is one, but for `p = 0`.
    ///
    /// Magnitudes are taken relative to the largest, for `p < 0` to the smallest, so that no power overflows.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([3.0_f32, 0.0, -4.0]);
    /// assert_eq!(x.norm(2.0, ..)?.item()?, 5.0);
    /// assert_eq!(x.norm(1.0, ..)?.item()?, 7.0);
    /// assert_eq!(x.norm(f64::INFINITY, ..)?.item()?, 4.0);
    /// assert_eq!(x.norm(0.0, ..)?.item()?, 2.0);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `p` is NaN, an axis is out of range or named twice, or `p` isn't a number above 0 and there are no elements to
    /// choose from.
    pub fn norm(&self, p: f64, axes: impl Into<Axes>) -> Result<Self> {
        check_p("norm", p)?;
        let plan = Plan::new("norm", self, &axes.into(), Form::Rows)?;
        let plan = if p < 0.0 || p == f64::INFINITY {
            plan.expect_elements("norm")?
        } else {
            plan
        };
        Ok(plan.rows(2.0, |row| norm_of(row, p)))
    }
}

/// Refuses a `p` of which there is no norm, on behalf of the operation `op`.
///
/// # Errors
/// If `p` is NaN.
pub(super) fn check_p(op: &str, p: f64) -> Result<()> {
    match p.is_nan() {
        true => Err(Error::value(op, "p is NaN; expected a number or ±∞")),
        false => Ok(()),
    }
}

fn norm_of<T: Float>(row: &[T], p: f64) -> T {
    if p == 0.0 {
        let some = row.iter().filter(|&&x| x != T::ZERO).count();
        return T::from_f64(some as f64);
    }
    let sizes: Vec<T> = row.iter().map(|x| x.abs()).collect();
    if p == 1.0 {
        return T::sum_of(&sizes);
    }
    if p == f64::NEG_INFINITY {
        return T::min_of(&sizes);
    }
    let largest = T::max_of(&sizes);
    if p == f64::INFINITY {
        return largest;
    }
    if row.is_empty() || p > 0.0 && (largest == T::ZERO || !largest.is_finite()) {
        return if row.is_empty() { T::ZERO } else { largest };
    }
    // The one that decides the sum. Plain, since a norm scales with its argument: the scale carries no derivative.
    let decisive = if p < 0.0 { T::min_of(&sizes) } else { largest };
    let scaled = decisive.is_finite() && decisive != T::ZERO;
    let scale = T::from_f64(if scaled { decisive.primal() } else { 1.0 });
    let power = |x: &T| match p {
        2.0 => (*x / scale) * (*x / scale),
        _ => (*x / scale).powf(T::from_f64(p)),
    };
    let powers: Vec<T> = sizes.iter().map(power).collect();
    let sum = T::sum_of(&powers);
    let root = match p {
        2.0 => sum.sqrt(),
        _ => sum.powf(T::from_f64(1.0 / p)),
    };
    scale * root
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn every_kind_of_p() {
        let x = Tensor::from([[1.0, -2.0], [2.0, 0.0]]);
        let norm = |p: f64| x.norm(p, 1).unwrap().to_vec();
        assert_eq!(norm(0.0), [2.0, 1.0]);
        assert_eq!(norm(f64::NEG_INFINITY), [1.0, 0.0]);
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-14, "{a} {b}");
        close(norm(3.0)[0], 9.0_f64.cbrt());
        close(norm(0.5)[0], (1.0 + 2.0_f64.sqrt()).powi(2));
        close(norm(-1.0)[0], 1.0 / 1.5);
        assert_eq!(norm(-1.0)[1], 0.0);
    }

    #[test]
    fn powers_below_0_do_not_underflow() {
        let norm = |x: [f32; 2], p: f64| Tensor::from(x).norm(p, ..).unwrap().item().unwrap();
        let close = |a: f32, b: f32| assert!((a / b - 1.0).abs() < 1e-5, "{a} {b}");
        close(norm([1e-10, 1e10], -2.0), 1e-10);
        close(norm([1e-5, 1e5], -4.0), 1e-5);
        close(norm([3e20, 4e20], -2.0), 2.4e20);
        close(norm([2.0, f32::INFINITY], -1.0), 2.0);
        assert_eq!(norm([f32::INFINITY; 2], -1.0), f32::INFINITY);
        assert_eq!(norm([0.0, 1e30], -2.0), 0.0);
        assert!(norm([f32::NAN, 1.0], -2.0).is_nan());
    }

    #[test]
    fn no_overflow_and_no_elements() {
        let x = Tensor::from([3e30_f32, 4e30]);
        assert!((x.norm(2.0, ..).unwrap().item().unwrap() / 5e30 - 1.0).abs() < 1e-6);
        let x = Tensor::from([f32::INFINITY, 1.0]);
        assert_eq!(x.norm(2.0, ..).unwrap().item().unwrap(), f32::INFINITY);
        assert!(
            Tensor::from([f32::NAN, 1.0])
                .norm(2.0, ..)
                .unwrap()
                .item()
                .unwrap()
                .is_nan()
        );
        assert_eq!(
            Tensor::<f32>::zeros([0])
                .norm(2.0, ..)
                .unwrap()
                .item()
                .unwrap(),
            0.0
        );
        assert_eq!(
            Tensor::<f32>::zeros([3])
                .norm(2.0, ..)
                .unwrap()
                .item()
                .unwrap(),
            0.0
        );
        assert_eq!(
            Tensor::<f32>::zeros([0])
                .norm(f64::INFINITY, ..)
                .unwrap_err()
                .to_string(),
            "norm: no elements along the axes of shape [0]; expected at least one"
        );
    }
}
