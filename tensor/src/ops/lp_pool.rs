//! The p-norm of each window, channel by channel (Sermanet, Chintala and LeCun, 2012).

use super::max_pool::check_shape;
use super::rows::slice;
use crate::kernels::pool::{PoolGeometry, PoolShape};
use crate::{Error, Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The p-norm of each window over the spatial axes of `x` `[batch, spatial…, channels]`, `(Σ |x|ᵖ)^(1/p)`: the sum of
    /// magnitudes for `p = 1`, and nearer to the largest magnitude the larger `p` is. Padding counts as 0. NaN where there is
    /// one.
    ///
    /// ```
    /// use etude_tensor::{PoolGeometry, Tensor};
    ///
    /// let x = Tensor::from_slice([1, 2, 2, 1], &[1.0_f32, -1.0, 3.0, 5.0])?;
    /// assert_eq!(x.lp_pool(&PoolGeometry::new(&[2, 2]), 2.0)?.to_vec(), [6.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `p` isn't a finite number of at least 1 (the limit of large ones is [`max_pool`](Tensor::max_pool) of magnitudes),
    /// ranks don't go together, a window is longer than its padded axis, or sees nothing but padding.
    pub fn lp_pool(&self, geometry: &PoolGeometry, p: f64) -> Result<Self> {
        let shape = PoolShape::new("lp_pool", self.shape(), geometry)?;
        self.lp_pool_with("lp_pool", &shape, p)
    }

    /// The p-norms of `output` windows along the spatial axes of `x` `[batch, spatial…, channels]`, `y = (Σ |x|ᵖ)^(1/p)`, placed as by
    /// [`adaptive_avg_pool`](Tensor::adaptive_avg_pool): each over as many elements as its window has. NaN where a window has one.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from_slice([1, 4, 1], &[3.0_f32, -4.0, 0.0, 2.0])?;
    /// assert_eq!(x.adaptive_lp_pool([2], 2.0)?.to_vec(), [5.0, 2.0]); // of 3, −4 and of 0, 2
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `p` isn't a finite number of at least 1, the rank isn't that of `output` and two more, an output size is 0, a spatial axis
    /// is empty, or the result is larger than memory.
    pub fn adaptive_lp_pool(&self, output: impl AsRef<[usize]>, p: f64) -> Result<Self> {
        let shape = PoolShape::adaptive("adaptive_lp_pool", self.shape(), output.as_ref())?;
        self.lp_pool_with("adaptive_lp_pool", &shape, p)
    }

    /// The p-norm of each window of a pooling whose sizes are known, `y = (Σ |x|ᵖ)^(1/p)`, for the operation `op`: what
    /// [`lp_pool`](Tensor::lp_pool) and [`adaptive_lp_pool`](Tensor::adaptive_lp_pool) share.
    ///
    /// ```
    /// use etude_tensor::{Tensor, kernels::pool::PoolShape};
    ///
    /// let x = Tensor::from_slice([1, 4, 1], &[3.0_f32, -4.0, 0.0, 2.0])?;
    /// let halves = PoolShape::adaptive("halves", x.shape(), &[2])?;
    /// assert_eq!(x.lp_pool_with("halves", &halves, 2.0)?.to_vec(), [5.0, 2.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `p` isn't a finite number of at least 1, this isn't an input of that shape, or the result is larger than memory.
    pub fn lp_pool_with(&self, op: &str, shape: &PoolShape, p: f64) -> Result<Self> {
        if !(1.0..f64::INFINITY).contains(&p) {
            let message = format!(
                "p = {p}; expected a finite number of at least 1 (for infinity, max_pool of abs)"
            );
            return Err(Error::value(op, message));
        }
        check_shape(op, self.shape(), &shape.input())?;
        let x = self.contiguous();
        Tensor::try_build(op, &shape.output()[..], |y| {
            T::lp_pool(shape, p, slice(&x), y)
        })
    }

    /// The gradient of [`lp_pool`](Tensor::lp_pool) with respect to its input, which is `self`; `y` are the norms, `gy` the
    /// gradient with respect to them: `gx = Σ gy · sign x · (|x|/y)ᵖ⁻¹` over the windows of each element, 0 where `x` or `y` is.
    ///
    /// ```
    /// use etude_tensor::{Tensor, kernels::pool::PoolShape};
    ///
    /// let x = Tensor::from_slice([1, 2, 1], &[3.0_f64, -4.0])?;
    /// let whole = PoolShape::adaptive("whole", x.shape(), &[1])?;
    /// let y = x.lp_pool_with("whole", &whole, 2.0)?; // 5
    /// assert_eq!(x.lp_pool_grad(&y, &y, &whole, 2.0)?.to_vec(), [3.0, -4.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes aren't those of the pooling.
    pub fn lp_pool_grad(&self, y: &Self, gy: &Self, shape: &PoolShape, p: f64) -> Result<Self> {
        check_shape("lp_pool_grad", self.shape(), &shape.input())?;
        check_shape("lp_pool_grad", y.shape(), &shape.output())?;
        check_shape("lp_pool_grad", gy.shape(), &shape.output())?;
        let (x, y, gy) = (self.contiguous(), y.contiguous(), gy.contiguous());
        Tensor::try_build("lp_pool_grad", &shape.input()[..], |gx| {
            T::lp_pool_grad(shape, p, [slice(&x), slice(&y), slice(&gy)], gx)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_power_leaves_the_range() {
        let pair = PoolGeometry::new(&[2]);
        for p in [1.0, 2.0, 3.5] {
            for scale in [1e-30_f32, 1.0, 1e30] {
                let x = Tensor::from_slice([1, 2, 1], &[3.0 * scale, -4.0 * scale]).unwrap();
                let y = x.lp_pool(&pair, p).unwrap().to_vec()[0] / scale;
                let expected = (3.0_f64.powf(p) + 4.0_f64.powf(p)).powf(1.0 / p);
                assert!(
                    (f64::from(y) / expected - 1.0).abs() < 1e-6,
                    "{p} {scale}: {y}"
                );
            }
        }
        let x = Tensor::from_slice([1, 2, 3], &[0.0, f64::NAN, 2.0, 0.0, 1.0, f64::INFINITY]);
        let y = x.unwrap().lp_pool(&pair, 2.0).unwrap().to_vec();
        assert!(y[0] == 0.0 && y[1].is_nan() && y[2] == f64::INFINITY);
    }

    #[test]
    fn windows_that_cover_the_axis() {
        let x: Vec<f64> = (0..7).map(|i| f64::from(i) - 3.0).collect();
        let y = Tensor::from_slice([1, 7, 1], &x).unwrap();
        let y = y.adaptive_lp_pool([3], 3.0).unwrap().to_vec();
        for (o, y) in y.iter().enumerate() {
            let window = &x[o * 7 / 3..((o + 1) * 7).div_ceil(3)];
            let sum: f64 = window.iter().map(|x| x.abs().powi(3)).sum();
            assert!((y - sum.cbrt()).abs() < 1e-14, "{o}: {y}");
        }
    }

    #[test]
    fn what_is_no_norm_is_refused() {
        let x = Tensor::<f32>::zeros([1, 2, 1]);
        for p in [0.5, f64::INFINITY, f64::NAN] {
            assert!(x.lp_pool(&PoolGeometry::new(&[2]), p).is_err(), "{p}");
        }
        assert!(x.adaptive_lp_pool([1 << 50], 2.0).is_err());
        assert_eq!(
            x.adaptive_lp_pool([2], 0.5).unwrap_err().to_string(),
            "adaptive_lp_pool: p = 0.5; expected a finite number of at least 1 (for infinity, max_pool of abs)"
        );
    }
}
