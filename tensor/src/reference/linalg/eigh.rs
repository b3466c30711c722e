//! Eigenvalues and eigenvectors of symmetric matrices, `A = V·Λ·Vᵀ`, by Jacobi's rotations (1846).

use super::jacobi::{SWEEPS, more_sweeps, rotation, turn};
use super::{scale, sign, transposed};
use crate::Float;

/// The eigenvalues, ascending, and eigenvectors, one a column, of the symmetric part of a matrix, `n` rows of `n`. Of each vector the component of
/// largest magnitude is positive. NaN where the matrix has a NaN or ±∞.
pub fn eigh<T: Float>(a: &[T], n: usize) -> (Vec<T>, Vec<T>) {
    if !a.iter().all(|x| x.is_finite()) {
        return (vec![T::NAN; n], vec![T::NAN; n * n]);
    }
    let (scale, half) = (scale(a.iter().copied()), T::from_f64(0.5));
    let mut a: Vec<T> = (0..n * n)
        .map(|i| (a[i] * scale + a[i % n * n + i / n] * scale) * half)
        .collect();
    // The eigenvectors as rows.
    let mut v: Vec<T> = (0..n * n)
        .map(|i| if i % n == i / n { T::one() } else { T::ZERO })
        .collect();
    let size = T::dot(&a, &a).primal().sqrt();
    let mut left = more_sweeps::<T>();
    for _ in 0..SWEEPS {
        let mut aside = 0.0_f64;
        for p in 0..n {
            for q in p + 1..n {
                let c = a[p * n + q];
                aside = aside.max(c.primal().abs());
                let Some((cosine, sine)) = rotation(a[q * n + q] - a[p * n + p], c) else {
                    continue;
                };
                // Rows, then columns.
                turn(&mut a, n, (p, q), (cosine, sine));
                for row in a.chunks_mut(n) {
                    let (x, y) = (row[p], row[q]);
                    (row[p], row[q]) = (cosine * x - sine * y, sine * x + cosine * y);
                }
                turn(&mut v, n, (p, q), (cosine, sine));
            }
        }
        if aside <= 0.01 * T::EPSILON * size {
            if left == 0 {
                break;
            }
            left -= 1;
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|&i| a[i * n + i].order_key());
    let values = order.iter().map(|&i| a[i * n + i] / scale).collect();
    let rows = order.iter().flat_map(|&i| {
        let row = &v[i * n..(i + 1) * n];
        let sign = sign(row.iter().copied());
        row.iter().map(move |&x| x * sign)
    });
    (values, transposed(&rows.collect::<Vec<T>>(), n))
}
