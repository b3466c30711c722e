//! Singular values, `A = U·S·Vᵀ`, by rotations of columns (Hestenes, 1958): they are turned against each other, two by two,
//! until all are orthogonal; their lengths then are the singular values.

use super::jacobi::{SWEEPS, more_sweeps, rotation, sign, turn};
use super::{add_scaled, count, matrix, scale, sizes, transposed, with_last};
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
            let one = rotations(matrix(all, index, m * n), m, n);
            u.extend(one.0);
            s.extend(one.1);
            vt.extend(one.2);
        }
        let u = Tensor::from_slice(with_last(self, &[m, n]), &u)?;
        let s = Tensor::from_slice(with_last(self, &[n]), &s)?;
        Ok((u, s, Tensor::from_slice(with_last(self, &[n, n]), &vt)?))
    }
}

/// U, S and Vᵀ of a matrix with at least as many rows as columns.
fn rotations<T: Float>(a: &[T], m: usize, n: usize) -> (Vec<T>, Vec<T>, Vec<T>) {
    if !a.iter().all(|x| x.is_finite()) {
        return (vec![T::NAN; m * n], vec![T::NAN; n], vec![T::NAN; n * n]);
    }
    let scale = scale(a);
    let scaled: Vec<T> = a.iter().map(|&x| x * scale).collect();
    // Columns, and right singular vectors, as rows.
    let mut b = transposed(&scaled, n);
    let mut v: Vec<T> = (0..n * n)
        .map(|i| if i % n == i / n { T::one() } else { T::ZERO })
        .collect();
    let mut left = more_sweeps::<T>();
    for _ in 0..SWEEPS {
        let mut turned = false;
        for p in 0..n {
            for q in p + 1..n {
                let row = |i: usize| &b[i * m..(i + 1) * m];
                let (x, y, c) = (
                    T::dot(row(p), row(p)),
                    T::dot(row(q), row(q)),
                    T::dot(row(p), row(q)),
                );
                turned |= c.primal().abs() > T::EPSILON * (x.primal() * y.primal()).sqrt();
                if let Some(by) = rotation(y - x, c) {
                    turn(&mut b, m, (p, q), by);
                    turn(&mut v, n, (p, q), by);
                }
            }
        }
        if !turned {
            if left == 0 {
                break;
            }
            left -= 1;
        }
    }
    let lengths: Vec<T> = (0..n)
        .map(|i| T::dot(&b[i * m..(i + 1) * m], &b[i * m..(i + 1) * m]).sqrt())
        .collect();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|&i| !lengths[i].order_key());
    let none = T::EPSILON * lengths.iter().fold(0.0_f64, |most, x| most.max(x.primal())) * 1e-3;
    let (mut u, mut s, mut vt) = (Vec::new(), Vec::new(), Vec::new());
    for &i in &order {
        let direction = &v[i * n..(i + 1) * n];
        let sign = sign(direction);
        let length = lengths[i];
        vt.extend(direction.iter().map(|&x| x * sign));
        s.push(length / scale);
        if length.primal() > none {
            u.extend(b[i * m..(i + 1) * m].iter().map(|&x| x * sign / length));
        } else {
            let other = orthogonal(&u, m);
            u.extend(other);
        }
    }
    (transposed(&u, m), s, vt)
}

/// A unit vector that is orthogonal to the rows of `rows`, of which there are fewer than columns.
fn orthogonal<T: Float>(rows: &[T], m: usize) -> Vec<T> {
    let mut best = (vec![T::ZERO; m], 0.0);
    for axis in 0..m {
        let mut x = vec![T::ZERO; m];
        x[axis] = T::one();
        // Twice is enough (Kahan and Parlett).
        for row in rows.chunks(m).chain(rows.chunks(m)) {
            add_scaled(-T::dot(row, &x), row, &mut x);
        }
        let length = T::dot(&x, &x).primal().sqrt();
        if length > best.1 {
            x.iter_mut().for_each(|x| *x /= T::from_f64(length));
            best = (x, length);
        }
    }
    best.0
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
