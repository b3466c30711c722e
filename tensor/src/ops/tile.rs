//! The whole several times.

use crate::{Element, Result, Shape, Tensor};

impl<T: Element> Tensor<T> {
    /// The tensor `counts[k]` times along axis `k`, `y[i] = x[i mod n]` along each axis, as NumPy's `tile` (PyTorch's `repeat`). With more
    /// counts than axes, new axes come in front; with fewer, the first axes stay as they are.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1, 2_i64]);
    /// assert_eq!(x.tile([2])?.to_vec(), [1, 2, 1, 2]);
    /// assert_eq!(x.tile([2, 1])?, Tensor::from([[1, 2], [1, 2]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the result is larger than memory.
    pub fn tile(&self, counts: impl AsRef<[usize]>) -> Result<Self> {
        let counts = counts.as_ref();
        let rank = counts.len().max(self.rank());
        let behind =
            |sizes: &[usize], k: usize| (k + sizes.len()).checked_sub(rank).map_or(1, |i| sizes[i]);
        let (mut single, mut spread, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
        for k in 0..rank {
            let (count, size) = (behind(counts, k), behind(self.shape(), k));
            single.extend([1, size]);
            spread.extend([count, size]);
            sizes.push(count.saturating_mul(size));
        }
        let shape = Shape::fitting("tile", sizes, size_of::<T>())?;
        self.reshape(single)?.broadcast_to(spread)?.reshape(shape)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn fewer_and_more_counts_than_axes() {
        let x = Tensor::from([[1, 2], [3, 4_i64]]);
        assert_eq!(
            x.tile([2]).unwrap(),
            Tensor::from([[1, 2, 1, 2], [3, 4, 3, 4]])
        );
        let y = x.tile([2, 2, 1]).unwrap();
        assert_eq!(y.shape(), [2, 4, 2]);
        assert_eq!(y.select(0, 1).unwrap().to_vec(), [1, 2, 3, 4, 1, 2, 3, 4]);
        assert_eq!(Tensor::scalar(7_i64).tile([3]).unwrap().to_vec(), [7, 7, 7]);
        assert_eq!(x.tile([0, 1]).unwrap().shape(), [0, 2]);
        assert_eq!(x.tile([]).unwrap(), x);
        assert!(x.tile([1 << 40, 1]).is_err());
    }
}
