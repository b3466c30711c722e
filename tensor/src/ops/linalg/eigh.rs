//! Eigenvalues and eigenvectors of symmetric matrices, `A = V·Λ·Vᵀ`.

use super::{count, matrix, side, with_last};
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The eigenvalues `[..., n]`, ascending, and the orthonormal eigenvectors `[..., n, n]`, one a column, of the symmetric
    /// part `A = (X + Xᵀ)/2 = V·Λ·Vᵀ` of each matrix X in the last two axes. Of each eigenvector the component of largest magnitude is
    /// positive. NaN where the matrix has a NaN or ±∞.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let (values, vectors) = Tensor::from([[2.0_f64, 1.0], [1.0, 2.0]]).eigh()?;
    /// assert!(values.to_vec().iter().zip([1.0, 3.0]).all(|(a, b)| (a - b).abs() < 1e-14));
    /// assert!((vectors.at(&[0, 1])? - 0.5_f64.sqrt()).abs() < 1e-14);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the last two sizes differ.
    pub fn eigh(&self) -> Result<(Self, Self)> {
        let n = side("eigh", self)?;
        let a = self.contiguous();
        let all = a.as_slice().unwrap_or_default();
        let (mut values, mut vectors) = (Vec::new(), Vec::new());
        for index in 0..count(self) {
            let (value, vector) = T::eigh(matrix(all, index, n * n), n);
            values.extend(value);
            vectors.extend(vector);
        }
        let values = Tensor::from_slice(with_last(self, &[n]), &values)?;
        Ok((values, Tensor::from_slice(self.shape(), &vectors)?))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::ops::linalg::tests::{apart, random};

    #[test]
    fn values_and_vectors_make_the_matrix() {
        for n in [0, 1, 2, 6, 40] {
            let a = random(&[2, n, n]);
            let (values, vectors) = a.eigh().unwrap();
            let back = vectors.try_mul(&values.unsqueeze(-2).unwrap()).unwrap();
            let back = back.matmul(&vectors.transpose(-2, -1).unwrap()).unwrap();
            let symmetric = a
                .try_add(&a.transpose(-2, -1).unwrap())
                .unwrap()
                .try_mul(&Tensor::scalar(0.5))
                .unwrap();
            assert!(apart(&back, &symmetric) < 1e-12, "{n}");
            assert!(values.to_vec().chunks(n.max(1)).all(|row| row.is_sorted()));
        }
    }

    #[test]
    fn magnitudes_whose_squares_leave_the_range() {
        let near = |a: Tensor<f32>, expected: &[f32]| {
            let (values, vectors) = a.eigh().unwrap();
            let largest = expected.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
            for (value, expected) in values.to_vec().iter().zip(expected) {
                assert!(
                    (value / largest - expected / largest).abs() < 1e-6,
                    "{values:?}"
                );
            }
            let square = vectors.matmul(&vectors.transpose(0, 1).unwrap()).unwrap();
            assert!(
                apart(&square, &Tensor::eye(expected.len())) < 1e-6,
                "{vectors:?}"
            );
        };
        near(Tensor::from([[1e20, 1e20], [1e20, 1e20]]), &[0.0, 2e20]);
        near(Tensor::from([[3e38, 0.0], [0.0, 3e38]]), &[3e38, 3e38]);
        near(Tensor::from([[0.0, 1e-25], [1e-25, 0.0]]), &[-1e-25, 1e-25]);
        // Small beside large: the block of the small ones is turned by itself.
        let block = [[1.0, 0.0, 0.0], [0.0, 0.0, 1e-25], [0.0, 1e-25, 0.0]];
        near(Tensor::from(block), &[-1e-25, 1e-25, 1.0]);
    }

    #[test]
    fn equal_values_and_single_precision() {
        let (values, vectors) = Tensor::<f32>::eye(3).eigh().unwrap();
        assert_eq!((values.to_vec(), vectors), (vec![1.0; 3], Tensor::eye(3)));
        let a = Tensor::from([[1e-8_f32, 1.0], [1.0, 1e8]]);
        assert!((a.eigh().unwrap().0.to_vec()[1] / 1e8 - 1.0).abs() < 1e-6);
        assert!(
            Tensor::from([[f32::NAN]])
                .eigh()
                .unwrap()
                .0
                .item()
                .unwrap()
                .is_nan()
        );
    }
}
