//! Singular values, `A = U·S·Vᵀ`, by rotations of columns (Hestenes, 1958): they are turned against each other, two by two,
//! until all are orthogonal; their lengths then are the singular values.

use super::jacobi::{SWEEPS, more_sweeps, rotation, turn};
use super::{add_scaled, scale, sign, transposed};
use crate::Float;

/// `U` `[m, n]`, the singular values, descending, and `Vᵀ` `[n, n]` of a matrix `[m, n]` with at least as many rows as columns. Of each row of `Vᵀ`
/// the component of largest magnitude is positive. NaN where the matrix has a NaN or ±∞.
pub fn svd<T: Float>(a: &[T], m: usize, n: usize) -> (Vec<T>, Vec<T>, Vec<T>) {
    if !a.iter().all(|x| x.is_finite()) {
        return (vec![T::NAN; m * n], vec![T::NAN; n], vec![T::NAN; n * n]);
    }
    let scale = scale(a.iter().copied());
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
        let sign = sign(direction.iter().copied());
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
