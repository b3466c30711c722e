//! The average of as many windows as are asked for.

use crate::kernels::pool::PoolShape;
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The averages of `output` windows along the spatial axes of `x` `[batch, spatial…, channels]`, which cover them as
    /// equally as whole numbers allow: `y[o] = Σ x[i] / count` over the i with `⌊o·n/m⌋ ≤ i < ⌈(o + 1)·n/m⌉`, for m windows of n elements. So
    /// the result is `[batch, output…, channels]`, whatever the input's sizes. NaN where a window has one.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from_slice([1, 5, 1], &[1.0_f32, 2.0, 3.0, 4.0, 8.0])?;
    /// assert_eq!(x.adaptive_avg_pool([2])?.to_vec(), [2.0, 5.0]); // of 1, 2, 3 and of 3, 4, 8
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the rank isn't that of `output` and two more, an output size is 0, a spatial axis is empty, or the result is larger than
    /// memory.
    pub fn adaptive_avg_pool(&self, output: impl AsRef<[usize]>) -> Result<Self> {
        let shape = PoolShape::adaptive("adaptive_avg_pool", self.shape(), output.as_ref())?;
        self.avg_pool_with("adaptive_avg_pool", &shape, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_to_every_size() {
        for (n, m) in [(1, 1), (7, 1), (7, 7), (7, 3), (6, 4), (3, 8), (100, 7)] {
            let x: Vec<f64> = (0..n).map(|i| (i * i) as f64).collect();
            let y = Tensor::from_slice([1, n, 1], &x).unwrap();
            let y = y.adaptive_avg_pool([m]).unwrap().to_vec();
            assert_eq!(y.len(), m);
            for (o, y) in y.iter().enumerate() {
                let (from, to) = (o * n / m, ((o + 1) * n).div_ceil(m));
                let mean = x[from..to].iter().sum::<f64>() / (to - from) as f64;
                assert!((y - mean).abs() < 1e-9, "{n} to {m}, {o}: {y} {mean}");
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let x = Tensor::<f32>::zeros([1, 4, 2]);
        let message = |output: &[usize]| x.adaptive_avg_pool(output).unwrap_err().to_string();
        assert_eq!(
            message(&[2, 2]),
            "adaptive_avg_pool: output sizes [2, 2] need an input [batch, 2 sizes, channels], got [1, 4, 2]"
        );
        assert_eq!(
            message(&[0]),
            "adaptive_avg_pool: output sizes [0] given, each has to be at least 1"
        );
        for size in [1 << 50, usize::MAX] {
            assert_eq!(
                message(&[size]),
                format!(
                    "adaptive_avg_pool: a tensor of shape [1, {size}, 2] doesn't fit into memory"
                )
            );
            assert!(x.adaptive_max_pool([size]).is_err());
        }
        assert!(
            Tensor::<f32>::zeros([1, 0, 2])
                .adaptive_avg_pool([1])
                .is_err()
        );
    }
}
