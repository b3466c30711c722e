//! `faer` beside the reference, also at sizes where the reference is taken for its speed.

mod matrices;

use super::faer::{self, Plain};
use super::{Exchanges, Triangle};
use crate::reference::linalg as reference;
use matrices::{Matrix, all};

/// Columns `x`, `n` of them, are orthonormal.
fn orthonormal<T: Plain>(x: &[T], n: usize, of: &Matrix<T>) {
    let rows = x.len().checked_div(n).unwrap_or(0);
    let x = Matrix::<T> {
        name: String::new(),
        rows,
        columns: n,
        values: x.to_vec(),
    };
    for a in 0..n {
        for b in 0..=a {
            let dot: f64 = (0..rows).map(|i| x.at(i, a) * x.at(i, b)).sum();
            let apart = (dot - (a == b) as u8 as f64).abs();
            assert!(apart < of.tolerance(), "{}: {a}, {b}: {dot}", of.name);
        }
    }
}

/// Of every column the component of largest magnitude is positive.
fn signed<T: Plain>(columns: &[T], n: usize, of: &Matrix<T>) {
    for j in 0..n {
        let column = columns.iter().skip(j).step_by(n);
        let (low, high) = column.fold((0.0_f64, 0.0_f64), |(low, high), x| {
            (low.min(x.primal()), high.max(x.primal()))
        });
        assert!(high >= -low, "{}: column {j}", of.name);
    }
}

fn qr<T: Plain>(a: &Matrix<T>) {
    let (m, n) = (a.rows, a.columns);
    let k = m.min(n);
    let (q, r) = faer::qr(&a.values, m, n);
    let (_, expected) = reference::qr(&a.values, m, n);
    orthonormal(&q, k, a);
    for j in 0..n {
        assert!((j + 1..k).all(|i| r[i * n + j] == T::ZERO), "{}", a.name);
        let tolerance = a.column_size(j) * a.tolerance() + 4.0 * T::from_f64(1e-45).primal();
        for i in 0..m {
            let back: f64 = (0..k)
                .map(|l| q[i * k + l].primal() * r[l * n + j].primal())
                .sum();
            let apart = (back - a.at(i, j)).abs();
            assert!(apart <= tolerance, "{}: {i}, {j}: {apart:e}", a.name);
        }
    }
    // Of a random matrix that isn't square all that rounding can't reach: R is unique but for its signs.
    if a.name.starts_with("random") && m != n {
        for (r, expected) in r.iter().zip(expected) {
            let apart = (r.primal() - expected.primal()).abs();
            assert!(apart < 100.0 * a.tolerance(), "{}: {r} {expected}", a.name);
        }
    }
}

#[test]
fn reflections() {
    all(qr, qr, |_| true);
}

fn eigh<T: Plain>(a: &Matrix<T>) {
    let n = a.rows;
    let (values, vectors) = faer::eigh(&a.values, n);
    let (expected, _) = reference::eigh(&a.values, n);
    orthonormal(&vectors, n, a);
    signed(&vectors, n, a);
    let tolerance = a.size() * a.tolerance();
    for (value, expected) in values.iter().zip(expected) {
        let apart = (value.primal() - expected.primal()).abs();
        assert!(apart <= tolerance, "{}: {value} {expected}", a.name);
    }
    assert!(values.is_sorted(), "{}", a.name);
    for i in 0..n {
        for j in 0..n {
            let product: f64 = (0..n)
                .map(|k| (a.at(i, k) + a.at(k, i)) / 2.0 * vectors[k * n + j].primal())
                .sum();
            let apart = (product - vectors[i * n + j].primal() * values[j].primal()).abs();
            assert!(apart <= tolerance, "{}: {i}, {j}: {apart:e}", a.name);
        }
    }
}

#[test]
fn symmetric_spectra() {
    all(eigh, eigh, |[m, n]| m == n);
}

fn svd<T: Plain>(a: &Matrix<T>) {
    let (m, n) = (a.rows, a.columns);
    let (u, s, vt) = faer::svd(&a.values, m, n);
    let (_, expected, _) = reference::svd(&a.values, m, n);
    let v: Vec<T> = (0..n * n).map(|i| vt[i % n * n + i / n]).collect();
    orthonormal(&u, n, a);
    orthonormal(&v, n, a);
    signed(&v, n, a);
    let tolerance = a.size() * a.tolerance();
    for (value, expected) in s.iter().zip(expected) {
        let apart = (value.primal() - expected.primal()).abs();
        assert!(apart <= tolerance, "{}: {value} {expected}", a.name);
    }
    assert!(s.iter().rev().is_sorted(), "{}", a.name);
    assert!(s.iter().all(|&s| s >= T::ZERO), "{}", a.name);
    for i in 0..m {
        for j in 0..n {
            let back: f64 = (0..n)
                .map(|k| u[i * n + k].primal() * s[k].primal() * vt[k * n + j].primal())
                .sum();
            let apart = (back - a.at(i, j)).abs();
            assert!(apart <= tolerance, "{}: {i}, {j}: {apart:e}", a.name);
        }
    }
}

#[test]
fn singular_values() {
    all(svd, svd, |[m, n]| m >= n);
}

/// What isn't finite goes to the reference.
#[test]
fn not_numbers() {
    let same = |found: &[f64], expected: &[f64]| {
        let mut pairs = found.iter().zip(expected);
        assert!(pairs.all(|(a, b)| a == b || a.is_nan() && b.is_nan()));
    };
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut a = Matrix::<f64>::random([20, 20], 1).values;
        a[7 * 20 + 3] = bad;
        let (eigh, expected) = (faer::eigh(&a, 20), reference::eigh(&a, 20));
        same(&eigh.0, &expected.0);
        same(&eigh.1, &expected.1);
        let (svd, expected) = (faer::svd(&a, 20, 20), reference::svd(&a, 20, 20));
        same(&svd.0, &expected.0);
        same(&svd.1, &expected.1);
        same(&svd.2, &expected.2);
        let (qr, expected) = (faer::qr(&a, 20, 20), reference::qr(&a, 20, 20));
        same(&qr.0, &expected.0);
        same(&qr.1, &expected.1);
        let (mut lu, mut expected) = (a.clone(), a);
        faer::lu(&mut lu, 20);
        reference::lu(&mut expected, 20);
        same(&lu, &expected);
    }
}

/// P·A = L·U with pivots of which none is smaller than what stands below, and the determinant of the reference.
fn lu<T: Plain>(a: &Matrix<T>) {
    let n = a.rows;
    let mut factors = a.values.clone();
    let Exchanges { rows, odd } = faer::lu(&mut factors, n);
    let f = |i: usize, j: usize| factors[i * n + j].primal();
    for (i, &from) in rows.iter().enumerate() {
        assert!((0..i).all(|j| f(i, j).abs() <= 1.0), "{}", a.name);
        for j in 0..n {
            let product: f64 = (0..=i.min(j))
                .map(|k| if k == i { f(k, j) } else { f(i, k) * f(k, j) })
                .sum();
            let size = (0..n).fold(a.column_size(j), |most, k| most.max(f(k, j).abs()));
            let apart = (product - a.at(from, j)).abs();
            assert!(
                apart <= size * a.tolerance() + 1e-44,
                "{}: {i}, {j}: {apart:e}",
                a.name
            );
        }
    }
    // The number of exchanges, counted by taking the order apart.
    let mut order = rows;
    let mut exchanged = false;
    for i in 0..n {
        while order[i] != i {
            let to = order[i];
            order.swap(i, to);
            exchanged = !exchanged;
        }
    }
    assert_eq!(exchanged, odd, "{}", a.name);
}

#[test]
fn elimination() {
    all(lu, lu, |[m, n]| m == n);
}

/// Solutions for triangles that are regular, and the row of the first 0 on the way.
fn substitute<T: Plain>(a: &Matrix<T>) {
    let n = a.rows;
    let mut a = Matrix::<T>::random([n, n], 6).values;
    for i in 0..n {
        a[i * n + i] = T::from_f64(n as f64);
    }
    for triangle in [Triangle::Lower, Triangle::UnitLower, Triangle::Upper] {
        let a: Vec<T> = match triangle {
            Triangle::UnitLower => a.iter().map(|&x| x / T::from_f64(n as f64)).collect(),
            Triangle::Lower | Triangle::Upper => a.clone(),
        };
        for width in [0, 1, 3, 20] {
            let b = Matrix::<T>::random([n, width], 7);
            let (mut x, mut expected) = (b.values.clone(), b.values.clone());
            assert_eq!(faer::substitute(triangle, &a, n, &mut x), Ok(()));
            reference::substitute(triangle, &a, n, &mut expected).unwrap();
            for (x, expected) in x.iter().zip(expected) {
                let apart = (x.primal() - expected.primal()).abs();
                assert!(
                    apart <= b.tolerance(),
                    "{triangle:?} {n}×{width}: {apart:e}"
                );
            }
        }
    }
}

#[test]
fn substitution() {
    all(substitute, substitute, |[m, n]| m == n);
    // Pivots whose reciprocals leave the range, or lose bits.
    for pivot in [1e-40_f32, 2.9e38, -1e-45] {
        let mut x = [pivot];
        faer::substitute(Triangle::Lower, &[pivot], 1, &mut x).unwrap();
        assert_eq!(x, [1.0]);
    }
    let a = [1.0, 5.0, 5.0, 5.0, 0.0, 5.0, 5.0, 5.0, 0.0];
    let row = |triangle| faer::substitute(triangle, &a, 3, &mut [1.0; 3]);
    assert_eq!(
        (row(Triangle::Lower), row(Triangle::Upper)),
        (Err(1), Err(2))
    );
    assert_eq!(row(Triangle::UnitLower), Ok(()));
}

/// The factor of D·(A·Aᵀ + I)·D, with A of size 1 and D of many sizes.
fn cholesky<T: Plain>(a: &Matrix<T>) {
    let n = a.rows;
    let size = a.size().max(f64::MIN_POSITIVE);
    let d = |i: usize| 10.0_f64.powi((i % 5) as i32 * 4 - 8);
    let square = Matrix::<T>::new(&a.name, [n, n], |i, j| {
        let products = (0..a.columns).map(|k| a.at(i, k) / size * (a.at(j, k) / size));
        (products.sum::<f64>() + (i == j) as u8 as f64) * d(i) * d(j)
    });
    let mut l = vec![T::ZERO; n * n];
    assert_eq!(
        faer::cholesky(&square.values, n, &mut l),
        Ok(()),
        "{}",
        a.name
    );
    for i in 0..n {
        assert!(l[i * n + i] > T::ZERO, "{}", a.name);
        assert!((i + 1..n).all(|j| l[i * n + j] == T::ZERO), "{}", a.name);
        for j in 0..=i {
            let product: f64 = (0..n)
                .map(|k| l[i * n + k].primal() * l[j * n + k].primal())
                .sum();
            let apart = (product - square.at(i, j)).abs();
            let size = (square.at(i, i) * square.at(j, j)).sqrt();
            assert!(apart <= size * square.tolerance(), "{}: {apart:e}", a.name);
        }
    }
}

#[test]
fn roots_of_positive_matrices() {
    all(cholesky, cholesky, |_| true);
    // The symmetric part counts; the pivot that isn't positive is the reference's.
    let mut l = [0.0; 4];
    assert_eq!(faer::cholesky(&[4.0, 1.0, 3.0, 10.0], 2, &mut l), Ok(()));
    assert_eq!(l, [2.0, 0.0, 1.0, 3.0]);
    assert_eq!(
        faer::cholesky(&[1.0, 2.0, 2.0, 1.0], 2, &mut [0.0; 4]),
        Err((1, -3.0))
    );
    assert!(faer::cholesky(&[1.0, 0.0, 0.0, f64::NAN], 2, &mut [0.0; 4]).is_err());
}

/// A place in memory leaves the bits alone.
#[test]
fn the_same_bits_wherever_a_matrix_stands() {
    let n = 70;
    let a = Matrix::<f32>::random([n, n], 8).values;
    let run = |start: usize| {
        let padded = [&vec![0.0; start][..], &a].concat();
        let a = &padded[start..];
        let mut x = padded.clone();
        faer::substitute(Triangle::UnitLower, a, n, &mut x[start..]).unwrap();
        let mut factors = padded.clone();
        let rows = faer::lu(&mut factors[start..], n).rows;
        let spectra = (faer::qr(a, n, n), faer::eigh(a, n), faer::svd(a, n, n));
        (x.split_off(start), factors.split_off(start), rows, spectra)
    };
    let first = run(0);
    (1..9).for_each(|start| assert_eq!(run(start), first, "{start}"));
}
