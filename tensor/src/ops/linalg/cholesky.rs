//! Cholesky's factor: `A = L·Lᵀ` with `L` lower triangular.

use super::{about, count, matrix, side};
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The lower triangular `L` with a positive diagonal and `L·Lᵀ = A`, where A is the symmetric part `(X + Xᵀ)/2` of each matrix X
    /// in the last two axes. A matrix with a NaN isn't positive definite.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let a = Tensor::from([[4.0_f64, 2.0], [2.0, 10.0]]);
    /// assert_eq!(a.cholesky()?, Tensor::from([[2.0, 0.0], [1.0, 3.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the last two sizes differ, or a matrix isn't positive definite.
    pub fn cholesky(&self) -> Result<Self> {
        let n = side("cholesky", self)?;
        let source = self.contiguous();
        let values = source.as_slice().unwrap_or_default();
        let mut lower = Tensor::zeros(self.shape());
        let out = lower.make_mut();
        for index in 0..if n == 0 { 0 } else { count(self) } {
            let a = matrix(values, index, n * n);
            let l = &mut out[index * n * n..(index + 1) * n * n];
            T::cholesky(a, n, l).map_err(|(pivot, value)| {
                let why = format!("isn't positive definite: pivot {pivot} is {value}");
                about("cholesky", index, &why)
            })?;
        }
        Ok(lower)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::ops::linalg::tests::{apart, random, square};

    #[test]
    fn the_factor_squared_is_the_matrix() {
        for n in [0, 1, 2, 7, 40] {
            let a = square(&random(&[2, n, n]))
                .try_add(&Tensor::eye(n))
                .unwrap();
            let l = a.cholesky().unwrap();
            assert!(apart(&square(&l), &a) < 1e-12 * (n * n + 1) as f64);
            assert_eq!(l.triu(1).unwrap(), Tensor::zeros([2, n, n]));
        }
    }

    #[test]
    fn what_has_no_factor_is_an_error() {
        let a = Tensor::from([[[1.0, 0.0], [0.0, 1.0]], [[1.0, 2.0], [2.0, 1.0]]]);
        assert_eq!(
            a.cholesky().unwrap_err().to_string(),
            "cholesky: matrix 1 isn't positive definite: pivot 1 is -3"
        );
        assert_eq!(
            Tensor::<f64>::zeros([2, 3])
                .cholesky()
                .unwrap_err()
                .to_string(),
            "cholesky: shape [2, 3]; expected square matrices"
        );
        assert!(Tensor::from([[f64::NAN]]).cholesky().is_err());
    }
}
