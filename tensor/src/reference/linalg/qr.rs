//! `A = Q·R` with orthonormal columns `Q` and upper triangular `R`, by Householder's reflections (1958).

use super::{add_scaled, scale, transposed};
use crate::Float;

/// `Q` `[m, k]` and `R` `[k, n]`, `k = min(m, n)`, of a matrix `[m, n]`, with LAPACK's signs.
pub fn qr<T: Float>(a: &[T], m: usize, n: usize) -> (Vec<T>, Vec<T>) {
    let k = m.min(n);
    let mut columns = transposed(a, n);
    let mut reflections: Vec<Vec<T>> = Vec::new();
    for j in 0..k {
        let column = &columns[j * m..(j + 1) * m];
        // A reflection knows directions only, so a column's size doesn't matter.
        let scale = scale(column[j..].iter().copied());
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
