//! Triangles of matrices.

use crate::{Element, Error, Result, Shape, Tensor};

impl Tensor<bool> {
    /// The mask of a lower triangle: `true` where `j ≤ i + k`.
    ///
    /// # Panics
    /// If it has more elements than memory can address.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let causal = Tensor::tri(2, 3, 0);
    /// assert_eq!(causal, Tensor::from([[true, false, false], [true, true, false]]));
    /// ```
    pub fn tri(rows: usize, columns: usize, k: isize) -> Self {
        let mut mask = Tensor::full([rows, columns], false);
        for (i, row) in mask.make_mut().chunks_mut(columns.max(1)).enumerate() {
            let count = (i as isize).saturating_add(k).saturating_add(1);
            row[..count.clamp(0, columns as isize) as usize].fill(true);
        }
        mask
    }
}

impl<T: Element> Tensor<T> {
    /// The lower triangles of the matrices in the last two axes: `y[…, i, j] = x[…, i, j]` for
    /// `j ≤ i + k`; what stands above the `k`-th diagonal becomes 0.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1, 2], [3, 4_i64]]);
    /// assert_eq!(x.tril(0)?, Tensor::from([[1, 0], [3, 4]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are fewer than two axes.
    pub fn tril(&self, k: isize) -> Result<Self> {
        let [.., rows, columns] = *self.shape() else {
            return Err(no_matrix("tril", self.shape()));
        };
        Shape::from([rows, columns]).check_fits("tril", size_of::<bool>())?;
        Tensor::tri(rows, columns, k).where_(self, &Tensor::scalar(T::default()))
    }

    /// The upper triangles of the matrices in the last two axes: `y[…, i, j] = x[…, i, j]` for
    /// `j ≥ i + k`; what stands below the `k`-th diagonal becomes 0.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1, 2], [3, 4_i64]]);
    /// assert_eq!(x.triu(1)?, Tensor::from([[0, 2], [0, 0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are fewer than two axes.
    pub fn triu(&self, k: isize) -> Result<Self> {
        let [.., rows, columns] = *self.shape() else {
            return Err(no_matrix("triu", self.shape()));
        };
        Shape::from([rows, columns]).check_fits("triu", size_of::<bool>())?;
        let below = Tensor::tri(rows, columns, k.saturating_sub(1));
        below.where_(&Tensor::scalar(T::default()), self)
    }
}

fn no_matrix(op: &str, shape: &[usize]) -> Error {
    Error::shape(
        op,
        format!("shape {shape:?}; expected at least two axes, [..., rows, columns]"),
    )
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn a_matrix_is_the_sum_of_its_triangles() {
        let x = Tensor::arange(1.0, 25.0, 1.0)
            .unwrap()
            .reshape([2, 3, 4])
            .unwrap();
        for k in [isize::MIN, -9, -1, 0, 1, 2, 9, isize::MAX - 1] {
            let both = x.tril(k).unwrap().try_add(&x.triu(k + 1).unwrap()).unwrap();
            assert_eq!(both, x, "{k}");
        }
        let lower = x.tril(-1).unwrap();
        assert_eq!(
            lower.select(0, 0).unwrap().to_vec()[4..],
            [5.0, 0.0, 0.0, 0.0, 9.0, 10.0, 0.0, 0.0]
        );
        assert_eq!(
            Tensor::<f32>::zeros([2, 0]).tril(0).unwrap().shape(),
            [2, 0]
        );
        assert_eq!(
            Tensor::<f32>::zeros([2]).triu(0).unwrap_err().to_string(),
            "triu: shape [2]; expected at least two axes, [..., rows, columns]"
        );
    }
}
