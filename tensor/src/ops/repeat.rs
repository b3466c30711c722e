//! Each element several times.

use crate::{Element, Result, Shape, Tensor, axis_index};

impl<T: Element> Tensor<T> {
    /// The tensor with each position of `axis` `count` times in a row, `y[i] = x[⌊i / count⌋]`, as NumPy's `repeat` (PyTorch's
    /// `repeat_interleave`).
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1, 2_i64]).repeat(3, 0)?.to_vec(), [1, 1, 1, 2, 2, 2]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range, or the result is larger than memory.
    pub fn repeat(&self, count: usize, axis: isize) -> Result<Self> {
        let at = axis_index("repeat", axis, self.rank())?;
        let mut sizes = self.shape().to_vec();
        sizes[at] = sizes[at].saturating_mul(count);
        let shape = Shape::fitting("repeat", sizes, size_of::<T>())?;
        let mut each = self.shape().to_vec();
        each.insert(at + 1, count);
        self.unsqueeze(at as isize + 1)?
            .broadcast_to(each)?
            .reshape(shape)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn along_any_axis() {
        let x = Tensor::from([[1, 2], [3, 4_i64]]).transpose(0, 1).unwrap();
        assert_eq!(
            x.repeat(2, 0).unwrap(),
            Tensor::from([[1, 3], [1, 3], [2, 4], [2, 4]])
        );
        assert_eq!(
            x.repeat(2, 1).unwrap(),
            Tensor::from([[1, 1, 3, 3], [2, 2, 4, 4]])
        );
        assert_eq!(x.repeat(0, 1).unwrap().shape(), [2, 0]);
        assert!(x.repeat(usize::MAX, 1).is_err());
        // Addressable, but more than there is.
        assert_eq!(
            x.repeat(1 << 45, 0).unwrap_err().to_string(),
            "repeat: a tensor of shape [70368744177664, 2] doesn't fit into memory"
        );
    }
}
