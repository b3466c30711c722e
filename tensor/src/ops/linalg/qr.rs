//! `A = Q·R` with orthonormal columns `Q` and upper triangular `R`.

use super::{count, matrix, sizes, with_last};
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// `Q` `[..., m, k]` with orthonormal columns and upper triangular `R` `[..., k, n]`, `k = min(m, n)`, with `Q·R = A` for
    /// each matrix `[m, n]` in the last two axes. The signs are LAPACK's, hence NumPy's and PyTorch's. NaN spreads as the arithmetic has it.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let (q, r) = Tensor::from([[3.0_f64, 1.0], [4.0, 2.0]]).qr()?;
    /// assert!((r.at(&[0, 0])? + 5.0).abs() < 1e-14);
    /// assert!((q.at(&[0, 0])? + 0.6).abs() < 1e-14);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are fewer than two axes.
    pub fn qr(&self) -> Result<(Self, Self)> {
        let [m, n] = sizes("qr", self)?;
        let k = m.min(n);
        let a = self.contiguous();
        let values = a.as_slice().unwrap_or_default();
        let (mut q, mut r) = (Vec::new(), Vec::new());
        for index in 0..count(self) {
            let (one_q, one_r) = T::qr(matrix(values, index, m * n), m, n);
            q.extend(one_q);
            r.extend(one_r);
        }
        let q = Tensor::from_slice(with_last(self, &[m, k]), &q)?;
        Ok((q, Tensor::from_slice(with_last(self, &[k, n]), &r)?))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::ops::linalg::tests::{apart, random};

    #[test]
    fn magnitudes_whose_squares_leave_the_range() {
        for a in [
            Tensor::from([[1e20_f32, 0.0], [1e20, 1.0]]),
            Tensor::from([[1e-30, 2e-30], [1e-30, 0.0]]),
            Tensor::from([[1.0, 0.0], [0.0, 1e-30], [0.0, 1e-30]]),
            Tensor::from([[1e-44, 0.0], [1e-44, 1e-44]]),
        ] {
            let (q, r) = a.qr().unwrap();
            let square = q.transpose(0, 1).unwrap().matmul(&q).unwrap();
            assert!(apart(&square, &Tensor::eye(2)) < 1e-6, "{q:?}");
            let (back, a) = (q.matmul(&r).unwrap().to_vec(), a.to_vec());
            let largest = a.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
            for (back, a) in back.iter().zip(a) {
                let tolerance = (1e-6 * largest).max(2e-45);
                assert!((back - a).abs() <= tolerance, "{back} {a}");
            }
        }
    }

    #[test]
    fn tall_square_wide_and_empty() {
        for (m, n) in [(1, 1), (5, 3), (4, 4), (3, 6), (40, 30), (0, 3), (3, 0)] {
            let a = random(&[2, m, n]);
            let (q, r) = a.qr().unwrap();
            let k = m.min(n);
            assert!(apart(&q.matmul(&r).unwrap(), &a) < 1e-12);
            let one = q.transpose(-2, -1).unwrap().matmul(&q).unwrap();
            assert!(apart(&one, &Tensor::eye(k).broadcast_to([2, k, k]).unwrap()) < 1e-13);
            assert_eq!(r.triu(0).unwrap(), r);
        }
        let (q, r) = Tensor::<f64>::zeros([3, 2]).qr().unwrap();
        assert_eq!(r, Tensor::zeros([2, 2]));
        assert_eq!(q.at(&[1, 1]).unwrap(), 1.0);
        assert_eq!(
            Tensor::<f64>::zeros([3]).qr().unwrap_err().to_string(),
            "qr: shape [3]; expected at least two axes, [..., rows, columns]"
        );
    }
}
