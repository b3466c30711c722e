//! Both layouts of images: channels behind the spatial axes, as étude's operations have them, or before them. Views.

use crate::{Element, Error, Result, Tensor};

impl<T: Element> Tensor<T> {
    /// Images `[batch, channels, spatial…]` as `[batch, spatial…, channels]`, `y[b, i…, c] = x[b, c, i…]`: a view, which any operation on
    /// images takes as it is. [`channels_first`](Tensor::channels_first) leads back.
    ///
    /// ```
    /// use etude_tensor::{ConvGeometry, PoolGeometry, Tensor};
    ///
    /// let images = Tensor::<f32>::ones([8, 3, 32, 32]); // channels before height and width
    /// let weight = Tensor::ones([3, 3, 3, 16]); // height, width, channels, filters
    /// let x = images.channels_last()?;
    /// let y = x.conv(&weight, None, &ConvGeometry::new(2).padding(1))?.max_pool(&PoolGeometry::new(&[2, 2]))?.y;
    /// assert_eq!(y.channels_first()?.shape(), [8, 16, 16, 16]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are fewer than two axes.
    pub fn channels_last(&self) -> Result<Self> {
        let rank = checked_rank("channels_last", "[batch, channels, sizes…]", self.shape())?;
        let order = [0].into_iter().chain(2..rank).chain([1]);
        self.permute(order.collect::<Vec<_>>())
    }

    /// Images `[batch, spatial…, channels]` as `[batch, channels, spatial…]`, `y[b, c, i…] = x[b, i…, c]`: a view.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let images = Tensor::<f32>::ones([8, 32, 20, 3]);
    /// assert_eq!(images.channels_first()?.shape(), [8, 3, 32, 20]);
    /// assert_eq!(images.channels_first()?.channels_last()?, images);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are fewer than two axes.
    pub fn channels_first(&self) -> Result<Self> {
        let rank = checked_rank("channels_first", "[batch, sizes…, channels]", self.shape())?;
        let order = [0, rank - 1].into_iter().chain(1..rank - 1);
        self.permute(order.collect::<Vec<_>>())
    }
}

/// The rank, of at least a batch and channels.
fn checked_rank(op: &str, expected: &str, shape: &[usize]) -> Result<isize> {
    if shape.len() < 2 {
        let message = format!("expects images {expected}, got shape {shape:?}");
        return Err(Error::shape(op, message));
    }
    Ok(shape.len() as isize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_spatial_axes_there_and_back() {
        for shape in [&[2, 3][..], &[2, 3, 4], &[2, 3, 4, 5, 6]] {
            let count: usize = shape.iter().product();
            let x = Tensor::arange(0, count as i64, 1).unwrap();
            let x = x.reshape(shape).unwrap();
            let y = x.channels_last().unwrap();
            assert_eq!((y.shape()[0], y.shape().last()), (2, Some(&3)));
            assert!(y.shares_storage(&x));
            assert_eq!(y.channels_first().unwrap(), x);
        }
        assert_eq!(
            Tensor::<f32>::zeros([3])
                .channels_last()
                .unwrap_err()
                .to_string(),
            "channels_last: expects images [batch, channels, sizes…], got shape [3]"
        );
    }
}
