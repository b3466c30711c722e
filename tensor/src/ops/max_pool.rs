//! The maximum of each window, channel by channel.

use super::rows::slice;
use crate::kernels::pool::{PoolGeometry, PoolShape};
use crate::{Error, Float, Result, Shape, Tensor};

/// What [`Tensor::max_pool`] returns: the maxima, and where they were found.
#[derive(Clone, Debug)]
pub struct MaxPool<T: Float> {
    /// The maximum of each window, `[batch, output…, channels]`.
    pub y: Tensor<T>,
    /// The place of each maximum in `x`, counted in row-major order.
    pub indices: Tensor<i64>,
}

impl<T: Float> Tensor<T> {
    /// The maximum of each window over the spatial axes of `x` `[batch, spatial…, channels]`, `y[o] = maxₜ x[o·stride + t − before]`: the
    /// first among equals in row-major order, the first NaN where there is one. Padding never wins.
    ///
    /// ```
    /// use etude_tensor::{PoolGeometry, Tensor};
    ///
    /// let x = Tensor::from_slice([1, 2, 4, 1], &[1.0_f32, 2.0, 5.0, 5.0, 3.0, 4.0, 0.0, 5.0])?;
    /// let pool = x.max_pool(&PoolGeometry::new(&[2, 2]))?;
    /// assert_eq!(pool.y.to_vec(), [4.0, 5.0]);
    /// assert_eq!(pool.indices.to_vec(), [5, 2]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If ranks don't go together, a window is longer than its padded axis, or sees nothing but padding.
    pub fn max_pool(&self, geometry: &PoolGeometry) -> Result<MaxPool<T>> {
        let shape = PoolShape::new("max_pool", self.shape(), geometry)?;
        self.max_pool_with("max_pool", &shape)
    }

    /// The maximum of each window of a pooling whose sizes are known, `y[o] = max x[i]` over window o, for the operation `op`: what
    /// [`max_pool`](Tensor::max_pool) and [`adaptive_max_pool`](Tensor::adaptive_max_pool) share.
    ///
    /// ```
    /// use etude_tensor::{Tensor, kernels::pool::PoolShape};
    ///
    /// let x = Tensor::from_slice([1, 4, 1], &[1.0_f32, 3.0, 9.0, 5.0])?;
    /// let halves = PoolShape::adaptive("halves", x.shape(), &[2])?;
    /// let pool = x.max_pool_with("halves", &halves)?;
    /// assert_eq!((pool.y.to_vec(), pool.indices.to_vec()), (vec![3.0, 9.0], vec![1, 2]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If this isn't an input of that shape, or the result is larger than memory.
    pub fn max_pool_with(&self, op: &str, shape: &PoolShape) -> Result<MaxPool<T>> {
        check_shape(op, self.shape(), &shape.input())?;
        let x = self.contiguous();
        let output = Shape::from(&shape.output()[..]);
        // The maxima and their places.
        output.check_fits(op, size_of::<T>() + size_of::<i64>())?;
        let mut indices = Tensor::build(output.clone(), |_| {});
        let y = Tensor::build(output, |y| {
            T::max_pool(shape, slice(&x), y, indices.make_mut())
        });
        Ok(MaxPool { y, indices })
    }

    /// The gradient of [`max_pool_with`](Tensor::max_pool_with) with respect to its input; `self` is the gradient with
    /// respect to the maxima: each goes to the place where its maximum was found, `gx[indices[o]] += gy[o]`.
    ///
    /// ```
    /// use etude_tensor::{Tensor, kernels::pool::PoolShape};
    ///
    /// let x = Tensor::from_slice([1, 4, 1], &[1.0_f32, 3.0, 9.0, 5.0])?;
    /// let halves = PoolShape::adaptive("halves", x.shape(), &[2])?;
    /// let indices = x.max_pool_with("halves", &halves)?.indices;
    /// let gy = Tensor::from_slice([1, 2, 1], &[10.0_f32, 20.0])?;
    /// assert_eq!(gy.max_pool_grad(&indices, &halves)?.to_vec(), [0.0, 10.0, 20.0, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes aren't those of the pooling, or an index lies outside of its input.
    pub fn max_pool_grad(&self, indices: &Tensor<i64>, shape: &PoolShape) -> Result<Self> {
        check_shape("max_pool_grad", self.shape(), &shape.output())?;
        check_shape("max_pool_grad", indices.shape(), &shape.output())?;
        let (gy, indices) = (self.contiguous(), indices.contiguous());
        let input = Shape::from(&shape.input()[..]);
        let places = 0..input.elements() as i64;
        if let Some(index) = slice(&indices).iter().find(|index| !places.contains(index)) {
            return Err(Error::index(
                "max_pool_grad",
                format!(
                    "index {index} for an input of shape {input:?}; expected 0 to {}",
                    places.end - 1
                ),
            ));
        }
        Tensor::try_build("max_pool_grad", input, |gx| {
            T::max_pool_grad(shape, slice(&gy), slice(&indices), gx)
        })
    }
}

/// An error unless a tensor of a pooling has the shape that its sizes say.
pub(super) fn check_shape(op: &str, got: &[usize], expected: &[usize]) -> Result<()> {
    if got != expected {
        return Err(Error::shape(
            op,
            format!("shape {got:?} in a pooling; expected {expected:?}"),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_go_where_the_maxima_were_found() {
        let x =
            Tensor::from_slice([1, 2, 4, 1], &[1.0, 2.0, 5.0, 5.0, 3.0, 4.0, 0.0, 5.0]).unwrap();
        let geometry = PoolGeometry::new(&[2, 2]);
        let pool = x.max_pool(&geometry).unwrap();
        let gy = Tensor::from_slice([1, 1, 2, 1], &[10.0, 20.0]).unwrap();
        let shape = PoolShape::new("max_pool", x.shape(), &geometry).unwrap();
        let gx = gy.max_pool_grad(&pool.indices, &shape).unwrap();
        assert_eq!(gx.to_vec(), [0.0, 0.0, 20.0, 0.0, 0.0, 10.0, 0.0, 0.0]);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let geometry = PoolGeometry::new(&[2, 2]);
        let message = Tensor::<f32>::zeros([1, 4, 1])
            .max_pool(&geometry)
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("max_pool: ") && message.contains("[1, 4, 1]"),
            "{message}"
        );
        let gy = Tensor::<f32>::zeros([1, 1, 1, 1]);
        let wrong = Tensor::full([1, 1, 1, 1], 4_i64);
        let shape = PoolShape::new("max_pool", &[1, 2, 2, 1], &geometry).unwrap();
        let message = gy.max_pool_grad(&wrong, &shape).unwrap_err().to_string();
        assert_eq!(
            message,
            "max_pool_grad: index 4 for an input of shape [1, 2, 2, 1]; expected 0 to 3"
        );
    }
}
