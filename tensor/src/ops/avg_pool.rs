//! The average of each window, channel by channel.

use super::max_pool::check_shape;
use super::rows::slice;
use crate::kernels::pool::{PoolGeometry, PoolShape};
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The average of each window over the spatial axes of `x` `[batch, spatial…, channels]`: `y[o] = Σₜ x[o·stride + t − before] / count`,
    /// padding counting as 0, with the window's size as the count with `count_include_pad`, else the number of its elements
    /// inside `x`. NaN where a window has one.
    ///
    /// ```
    /// use etude_tensor::{PoolGeometry, Tensor};
    ///
    /// let x = Tensor::from_slice([1, 2, 2, 1], &[1.0_f32, 2.0, 3.0, 6.0])?;
    /// assert_eq!(x.avg_pool(&PoolGeometry::new(&[2, 2]), true)?.to_vec(), [3.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If ranks don't go together, a window is longer than its padded axis, or sees nothing but padding.
    pub fn avg_pool(&self, geometry: &PoolGeometry, count_include_pad: bool) -> Result<Self> {
        let shape = PoolShape::new("avg_pool", self.shape(), geometry)?;
        self.avg_pool_with("avg_pool", &shape, count_include_pad)
    }

    /// The average of each window of a pooling whose sizes are known, `y[o] = Σ x[i] / count` over window o, for the operation `op`: what
    /// [`avg_pool`](Tensor::avg_pool) and [`adaptive_avg_pool`](Tensor::adaptive_avg_pool) share.
    ///
    /// ```
    /// use etude_tensor::{Tensor, kernels::pool::PoolShape};
    ///
    /// let x = Tensor::from_slice([1, 4, 1], &[1.0_f32, 3.0, 5.0, 9.0])?;
    /// let halves = PoolShape::adaptive("halves", x.shape(), &[2])?;
    /// assert_eq!(x.avg_pool_with("halves", &halves, false)?.to_vec(), [2.0, 7.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If this isn't an input of that shape, or the result is larger than memory.
    pub fn avg_pool_with(
        &self,
        op: &str,
        shape: &PoolShape,
        count_include_pad: bool,
    ) -> Result<Self> {
        check_shape(op, self.shape(), &shape.input())?;
        let x = self.contiguous();
        Tensor::try_build(op, &shape.output()[..], |y| {
            T::avg_pool(shape, count_include_pad, slice(&x), y)
        })
    }

    /// The gradient of [`avg_pool_with`](Tensor::avg_pool_with) with respect to its input; `self` is the gradient with
    /// respect to the averages: each, divided as in the forward, goes to every element of its window, `gx[i] = Σ gy[o] / count` over
    /// the windows o of i.
    ///
    /// ```
    /// use etude_tensor::{Tensor, kernels::pool::PoolShape};
    ///
    /// let halves = PoolShape::adaptive("halves", &[1, 4, 1], &[2])?;
    /// let gy = Tensor::from_slice([1, 2, 1], &[1.0_f32, 4.0])?;
    /// assert_eq!(gy.avg_pool_grad(&halves, false)?.to_vec(), [0.5, 0.5, 2.0, 2.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If this isn't a result of that pooling.
    pub fn avg_pool_grad(&self, shape: &PoolShape, count_include_pad: bool) -> Result<Self> {
        check_shape("avg_pool_grad", self.shape(), &shape.output())?;
        let gy = self.contiguous();
        Tensor::try_build("avg_pool_grad", &shape.input()[..], |gx| {
            T::avg_pool_grad(shape, count_include_pad, slice(&gy), gx)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_counts_or_not_and_the_gradient_is_the_adjoint() {
        let mut geometry = PoolGeometry::new(&[2]);
        geometry.padding[0] = (1, 0);
        let x = Tensor::from_slice([1, 3, 1], &[4.0, 6.0, 8.0]).unwrap();
        assert_eq!(x.avg_pool(&geometry, true).unwrap().to_vec(), [2.0, 7.0]);
        assert_eq!(x.avg_pool(&geometry, false).unwrap().to_vec(), [4.0, 7.0]);
        let gy = Tensor::from_slice([1, 2, 1], &[1.0, 1.0]).unwrap();
        let shape = PoolShape::new("avg_pool", x.shape(), &geometry).unwrap();
        let gradient = |count: bool| gy.avg_pool_grad(&shape, count).unwrap().to_vec();
        assert_eq!(gradient(true), [0.5, 0.5, 0.5]);
        assert_eq!(gradient(false), [1.0, 0.5, 0.5]);
        let message = x.avg_pool_grad(&shape, true).unwrap_err().to_string();
        assert_eq!(
            message,
            "avg_pool_grad: shape [1, 3, 1] in a pooling; expected [1, 2, 1]"
        );
    }
}
