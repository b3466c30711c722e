//! The average of each window, channel by channel.

use super::max_pool::check_output;
use super::rows::slice;
use crate::kernels::pool::{PoolGeometry, PoolShape};
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The average of each window over the spatial axes of `x` `[batch, spatial…, channels]`: the sum of its elements,
    /// padding counting as 0, divided by the window's size with `count_include_pad`, else by the number of its elements
    /// inside `x`.
    ///
    /// ```
    /// use etude_tensor::{Tensor, kernels::pool::PoolGeometry};
    ///
    /// let x = Tensor::from_slice([1, 2, 2, 1], &[1.0_f32, 2.0, 3.0, 6.0])?;
    /// assert_eq!(x.avg_pool(&PoolGeometry::new(&[2, 2]), true)?.to_vec(), [3.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If ranks don't go together, a window is longer than its padded axis, or padding as long as the window.
    pub fn avg_pool(&self, geometry: &PoolGeometry, count_include_pad: bool) -> Result<Self> {
        let shape = PoolShape::new("avg_pool", self.shape(), geometry)?;
        let x = self.contiguous();
        Ok(Tensor::build(shape.output()[..].into(), |y| {
            T::avg_pool(&shape, count_include_pad, slice(&x), y)
        }))
    }

    /// The gradient of [`avg_pool`](Tensor::avg_pool) with respect to `x`, whose shape is `x_shape`; `self` is the
    /// gradient with respect to the averages: each, divided as in the forward, goes to every element of its window.
    ///
    /// # Errors
    /// If the shapes aren't those of one pooling.
    pub fn avg_pool_grad(
        &self,
        geometry: &PoolGeometry,
        count_include_pad: bool,
        x_shape: &[usize],
    ) -> Result<Self> {
        let shape = PoolShape::new("avg_pool_grad", x_shape, geometry)?;
        check_output("avg_pool_grad", self.shape(), &shape)?;
        let gy = self.contiguous();
        Ok(Tensor::build(x_shape.into(), |gx| {
            T::avg_pool_grad(&shape, count_include_pad, slice(&gy), gx)
        }))
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
        assert_eq!(
            gy.avg_pool_grad(&geometry, true, &[1, 3, 1])
                .unwrap()
                .to_vec(),
            [0.5, 0.5, 0.5]
        );
        assert_eq!(
            gy.avg_pool_grad(&geometry, false, &[1, 3, 1])
                .unwrap()
                .to_vec(),
            [1.0, 0.5, 0.5]
        );
        let message = gy
            .avg_pool_grad(&geometry, true, &[1, 9, 1])
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "avg_pool_grad: shape [1, 2, 1] for a result of shape [1, 5, 1]; expected both alike"
        );
    }
}
