//! Singular values and vectors, `A = U·S·Vᵀ`.

use super::{count, matrix, sizes, with_last};
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// `U` `[..., m, k]` with orthonormal columns, the singular values `S` `[..., k]`, descending, and `Vᵀ` `[..., k, n]` with
    /// orthonormal rows, `k = min(m, n)`: `U·diag(S)·Vᵀ` is each matrix `[m, n]` in the last two axes. Of each singular
    /// vector of the shorter side the component of largest magnitude is positive. NaN where the matrix has a NaN or ±∞.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let (u, s, vt) = Tensor::from([[0.0_f64, 2.0], [3.0, 0.0]]).svd()?;
    /// assert_eq!(s.to_vec(), [3.0, 2.0]);
    /// assert_eq!(u, Tensor::from([[0.0, 1.0], [1.0, 0.0]]));
    /// assert_eq!(vt, Tensor::eye(2));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are fewer than two axes.
    pub fn svd(&self) -> Result<(Self, Self, Self)> {
        let [m, n] = sizes("svd", self)?;
        if m < n {
            let (u, s, vt) = self.transpose(-2, -1)?.svd()?;
            return Ok((vt.transpose(-2, -1)?, s, u.transpose(-2, -1)?));
        }
        let a = self.contiguous();
        let all = a.as_slice().unwrap_or_default();
        let (mut u, mut s, mut vt) = (Vec::new(), Vec::new(), Vec::new());
        for index in 0..count(self) {
            let one = T::svd(matrix(all, index, m * n), m, n);
            u.extend(one.0);
            s.extend(one.1);
            vt.extend(one.2);
        }
        let u = Tensor::from_slice(with_last(self, &[m, n]), &u)?;
        let s = Tensor::from_slice(with_last(self, &[n]), &s)?;
        Ok((u, s, Tensor::from_slice(with_last(self, &[n, n]), &vt)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::linalg::tests::{apart, random};

    fn check(a: &Tensor<f64>, tolerance: f64) {
        let (u, s, vt) = a.svd().unwrap();
        let k = s.shape()[s.rank() - 1];
        let back = u
            .try_mul(&s.unsqueeze(-2).unwrap())
            .unwrap()
            .matmul(&vt)
            .unwrap();
        assert!(
            apart(&back, a) < tolerance,
            "{:?}: {}",
            a.shape(),
            apart(&back, a)
        );
        let turn = |x: &Tensor<f64>| x.transpose(-2, -1).unwrap();
        for x in [turn(&u).matmul(&u).unwrap(), vt.matmul(&turn(&vt)).unwrap()] {
            assert!(apart(&x, &Tensor::eye(k).broadcast_to(x.shape()).unwrap()) < 1e-12);
        }
        assert!(
            s.to_vec()
                .chunks(k.max(1))
                .all(|row| row.iter().rev().is_sorted())
        );
    }

    #[test]
    fn tall_square_wide_empty_and_without_full_rank() {
        for (m, n) in [(1, 1), (5, 3), (4, 4), (3, 6), (40, 30), (0, 3), (3, 0)] {
            check(&random(&[2, m, n]), 1e-12);
        }
        check(&random(&[5, 2]).matmul(&random(&[2, 4])).unwrap(), 1e-12);
        check(&Tensor::zeros([3, 2]), 1e-15);
        check(&Tensor::ones([3, 3]), 1e-12);
        check(
            &random(&[4, 3]).try_mul(&Tensor::scalar(1e200)).unwrap(),
            1e188,
        );
        // Subnormal numbers: what brings them near 1 is no number of their type.
        let s = Tensor::from([[1e-44_f32, 0.0], [0.0, 3e-45]])
            .svd()
            .unwrap()
            .1;
        assert_eq!(s.to_vec(), [1e-44, 3e-45]);
        let s = Tensor::from([[5e-324_f64]]).svd().unwrap().1;
        assert_eq!(s.to_vec(), [5e-324]);
    }
}
