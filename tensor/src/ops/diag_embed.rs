//! A diagonal matrix for each vector.

use crate::{Element, Error, Result, Shape, Tensor};

impl<T: Element> Tensor<T> {
    /// For each vector along the last axis a square matrix with it on the diagonal `offset` places above the main one,
    /// `y[…, i, i + offset] = x[…, i]`, and 0 elsewhere: the adjoint of [`diagonal`](Tensor::diagonal).
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1, 2_i64]);
    /// assert_eq!(x.diag_embed(0)?, Tensor::from([[1, 0], [0, 2]]));
    /// assert_eq!(x.diag_embed(1)?, Tensor::from([[0, 1, 0], [0, 0, 2], [0, 0, 0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the tensor has no axis, or the result is larger than memory.
    pub fn diag_embed(&self, offset: isize) -> Result<Self> {
        let Some((&n, leading)) = self.shape().split_last() else {
            return Err(Error::shape(
                "diag_embed",
                "a tensor of rank 0; expected at least one axis",
            ));
        };
        let side = n.saturating_add(offset.unsigned_abs());
        let sizes = [leading, &[side, side]].concat();
        let shape = Shape::fitting("diag_embed", sizes, size_of::<T>())?;
        let mut y = Tensor::zeros(shape);
        y.view_assign(|y| y.diagonal(offset, -2, -1), self)?;
        Ok(y)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn the_diagonal_is_what_went_in() {
        let x = Tensor::arange(1_i64, 7, 1)
            .unwrap()
            .reshape([2, 3])
            .unwrap();
        for offset in [-2, 0, 3] {
            let y = x.diag_embed(offset).unwrap();
            assert_eq!(y.diagonal(offset, -2, -1).unwrap(), x);
            assert_eq!(y.to_vec().iter().sum::<i64>(), 21);
        }
        assert_eq!(
            Tensor::<f32>::zeros([0]).diag_embed(0).unwrap().shape(),
            [0, 0]
        );
        assert!(x.diag_embed(isize::MIN).is_err());
        assert!(x.diag_embed(1 << 28).is_err());
        assert!(Tensor::scalar(1.0).diag_embed(0).is_err());
    }
}
