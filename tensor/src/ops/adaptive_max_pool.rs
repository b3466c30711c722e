//! The maximum of as many windows as are asked for.

use super::max_pool::MaxPool;
use crate::kernels::pool::PoolShape;
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The maxima of `output` windows along the spatial axes of `x` `[batch, spatial…, channels]`, placed as by
    /// [`adaptive_avg_pool`](Tensor::adaptive_avg_pool), `y[o] = max x[i]` over window o: the first among equals in row-major order, the
    /// first NaN where there is one.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from_slice([1, 5, 1], &[1.0_f32, 2.0, 9.0, 4.0, 8.0])?;
    /// let pool = x.adaptive_max_pool([2])?; // of 1, 2, 9 and of 9, 4, 8
    /// assert_eq!(pool.y.to_vec(), [9.0, 9.0]);
    /// assert_eq!(pool.indices.to_vec(), [2, 2]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the rank isn't that of `output` and two more, an output size is 0, a spatial axis is empty, or the result is larger than
    /// memory.
    pub fn adaptive_max_pool(&self, output: impl AsRef<[usize]>) -> Result<MaxPool<T>> {
        let shape = PoolShape::adaptive("adaptive_max_pool", self.shape(), output.as_ref())?;
        self.max_pool_with("adaptive_max_pool", &shape)
    }
}
