//! A tensor cut into pieces along one axis. Views; [`concat`](Tensor::concat) is the inverse.

use crate::{Element, Error, Result, Tensor, axis_index};

impl<T: Element> Tensor<T> {
    /// Pieces of the given `sizes` along `axis`, in order, as views: `yₖ[…, i, …] = x[…, s + i, …]`, where s is the size of all before the k-th.
    ///
    /// # Errors
    /// If the tensor has no such axis, or the sizes don't add up to it.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let parts = Tensor::from([1.0, 2.0, 3.0]).split(0, &[1, 2])?;
    /// assert_eq!(parts[1], Tensor::from([2.0, 3.0]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn split(&self, axis: isize, sizes: &[usize]) -> Result<Vec<Self>> {
        let at = axis_index("split", axis, self.rank())?;
        let total = sizes
            .iter()
            .try_fold(0_usize, |total, &size| total.checked_add(size));
        if total != Some(self.shape()[at]) {
            return Err(Error::shape(
                "split",
                format!(
                    "sizes {sizes:?} don't add up to axis {axis} of shape {:?}",
                    self.shape()
                ),
            ));
        }
        let mut start = 0;
        Ok(sizes
            .iter()
            .map(|&size| {
                start += size;
                self.view(self.layout().range(at, start - size, size, 1))
            })
            .collect())
    }

    /// `count` pieces along `axis`, as views, of sizes that differ by at most one, the larger ones first:
    /// `yₖ[…, i, …] = x[…, s + i, …]`, where s is the size of all before the k-th, as by [`split`](Tensor::split).
    ///
    /// # Errors
    /// If the tensor has no such axis, or `count` is 0 or larger than the axis.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let qkv = Tensor::<f32>::zeros([8, 192]);
    /// assert_eq!(qkv.chunk(-1, 3)?[2].shape(), [8, 64]);
    /// let uneven = Tensor::from([1, 2, 3, 4, 5_i64]).chunk(0, 2)?;
    /// assert_eq!((uneven[0].to_vec(), uneven[1].to_vec()), (vec![1, 2, 3], vec![4, 5]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn chunk(&self, axis: isize, count: usize) -> Result<Vec<Self>> {
        let at = axis_index("chunk", axis, self.rank())?;
        let size = self.shape()[at];
        if count == 0 || count > size {
            return Err(Error::value(
                "chunk",
                format!(
                    "{count} pieces of axis {axis} in shape {:?}; expected at least 1 and at most {size}",
                    self.shape()
                ),
            ));
        }
        let sizes: Vec<_> = (0..count)
            .map(|i| size / count + usize::from(i < size % count))
            .collect();
        self.split(axis, &sizes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_make_up_the_whole() {
        let x = Tensor::arange(0_i64, 10, 1)
            .unwrap()
            .reshape([2, 5])
            .unwrap();
        let parts = x.split(-1, &[2, 0, 3]).unwrap();
        assert_eq!(parts[0].to_vec(), [0, 1, 5, 6]);
        assert_eq!(parts[1].shape(), [2, 0]);
        assert_eq!(parts[2].to_vec(), [2, 3, 4, 7, 8, 9]);
        assert!(parts.iter().all(|part| part.shares_storage(&x)));
        let sizes: Vec<_> = x
            .chunk(1, 3)
            .unwrap()
            .iter()
            .map(|part| part.shape()[1])
            .collect();
        assert_eq!(sizes, [2, 2, 1]);
    }

    #[test]
    fn sizes_that_do_not_add_up_are_an_error() {
        let x = Tensor::<f32>::zeros([4]);
        assert_eq!(
            x.split(0, &[1, 2]).unwrap_err().to_string(),
            "split: sizes [1, 2] don't add up to axis 0 of shape [4]"
        );
        assert!(x.split(0, &[usize::MAX, 5]).is_err());
        assert_eq!(
            x.chunk(0, 5).unwrap_err().to_string(),
            "chunk: 5 pieces of axis 0 in shape [4]; expected at least 1 and at most 4"
        );
        assert!(x.chunk(0, 0).is_err());
    }
}
