//! `A = Q·R` with orthonormal columns `Q` and upper triangular `R`, by Householder's reflections (1958).

use super::{add_scaled, count, matrix, scale, sizes, transposed, with_last};
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// `Q` `[..., m, k]` with orthonormal columns and upper triangular `R` `[..., k, n]`, `k = min(m, n)`, whose product is
    /// each matrix `[m, n]` in the last two axes. The signs are LAPACK's, hence NumPy's and PyTorch's.
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
            let (one_q, one_r) = householder(matrix(values, index, m * n), m, n);
            q.extend(one_q);
            r.extend(one_r);
        }
        let q = Tensor::from_slice(with_last(self, &[m, k]), &q)?;
        Ok((q, Tensor::from_slice(with_last(self, &[k, n]), &r)?))
    }
}

fn householder<T: Float>(a: &[T], m: usize, n: usize) -> (Vec<T>, Vec<T>) {
    let k = m.min(n);
    let mut columns = transposed(a, n);
    let mut reflections: Vec<Vec<T>> = Vec::new();
    for j in 0..k {
        let column = &columns[j * m..(j + 1) * m];
        // A reflection knows directions only, so a column's size doesn't matter.
        let scale = scale(&column[j..]);
        let mut v: Vec<T> = column[j..].iter().map(|&x| x * scale).collect();
        let norm = T::dot(&v, &v).sqrt();
        // I − 2vvᵀ/vᵀv takes the column to −sign·norm on the diagonal; a column of 0 below it stays.
        if column[j + 1..].iter().all(|x| x.vanishes()) {
            v.fill(T::ZERO);
        } else {
            let first = v[0];
            v[0] = if first < T::ZERO {
                first - norm
            } else {
                first + norm
            };
            let length = T::dot(&v, &v).sqrt();
            v.iter_mut().for_each(|v| *v /= length);
        }
        for column in columns.chunks_mut(m).skip(j) {
            reflect(&v, &mut column[j..]);
        }
        reflections.push(v);
    }
    let mut q = vec![T::ZERO; k * m];
    for (j, column) in q.chunks_mut(m.max(1)).enumerate() {
        column[j] = T::one();
        for (at, v) in reflections.iter().enumerate().rev() {
            reflect(v, &mut column[at..]);
        }
    }
    let r = (0..k * n).map(|i| {
        if i % n < i / n {
            T::ZERO
        } else {
            columns[i % n * m + i / n]
        }
    });
    (transposed(&q, m), r.collect())
}

/// `x ← x − 2v(vᵀx)`.
fn reflect<T: Float>(v: &[T], x: &mut [T]) {
    let along = T::dot(v, x);
    add_scaled(-(along + along), v, x);
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
