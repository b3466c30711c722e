//! Linear algebra by the crate `faer`: blocked algorithms, whose time goes into matrix products.
//!
//! Cholesky and LU by halves, Householder's reflections in blocks (Schreiber and Van Loan, 1989), and for spectra the reduction to a
//! tridiagonal or bidiagonal matrix, whose spectrum is found by divide and conquer (Cuppen, 1981; Gu and Eisenstat, 1995).
//!
//! What the functions of [`LinalgKernels`] promise holds here too. Matrices that aren't positive definite, that have pivots whose reciprocal leaves
//! the range, dependent columns (of which `faer` makes fewer reflections than LAPACK), or NaN go to the [reference](crate::reference::linalg),
//! which also says what an error names. All runs on the calling thread. The instructions are `faer`'s choice, which
//! [`with_level`](crate::kernels::with_level) doesn't reach.

use super::{Exchanges, LinalgKernels, Triangle};
use crate::Float;
use crate::reference::linalg::{self as reference, scale, sign};
use ::faer::diag::Diag;
use ::faer::dyn_stack::{MemBuffer, MemStack};
use ::faer::linalg::cholesky::llt::factor as llt;
use ::faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use ::faer::linalg::householder;
use ::faer::linalg::lu::partial_pivoting::factor as partial_lu;
use ::faer::linalg::qr::no_pivoting::factor as reflections;
use ::faer::linalg::svd::{self as singular, ComputeSvdVectors};
use ::faer::linalg::triangular_solve as triangular;
use ::faer::traits::RealField;
use ::faer::traits::math_utils::min_positive;
use ::faer::{Auto, Conj, Mat, MatMut, MatRef, Par, Spec};

/// From so many rows and columns on `faer` is at least as fast as the reference, on one thread with AVX2: measured at 6, 8, 10, … Smaller
/// matrices have the same bits with and without it.
const SMALL: usize = 10;

/// The same of elimination, whose reference is a loop over rows that the compiler vectorises.
const SMALL_LU: usize = 64;

macro_rules! by_faer {
    ($($type:ty)*) => {$(
        impl LinalgKernels for $type {
            fn cholesky(a: &[Self], n: usize, l: &mut [Self]) -> Result<(), (usize, Self)> {
                match n < SMALL {
                    true => reference::cholesky(a, n, l),
                    false => cholesky(a, n, l),
                }
            }
            fn lu(a: &mut [Self], n: usize) -> Exchanges {
                match n < SMALL_LU {
                    true => reference::lu(a, n),
                    false => lu(a, n),
                }
            }
            fn substitute(triangle: Triangle, a: &[Self], n: usize, x: &mut [Self]) -> Result<(), usize> {
                match n < SMALL {
                    true => reference::substitute(triangle, a, n, x),
                    false => substitute(triangle, a, n, x),
                }
            }
            fn qr(a: &[Self], m: usize, n: usize) -> (Vec<Self>, Vec<Self>) {
                match m.min(n) < SMALL {
                    true => reference::qr(a, m, n),
                    false => qr(a, m, n),
                }
            }
            fn eigh(a: &[Self], n: usize) -> (Vec<Self>, Vec<Self>) {
                match n < SMALL {
                    true => reference::eigh(a, n),
                    false => eigh(a, n),
                }
            }
            fn svd(a: &[Self], m: usize, n: usize) -> (Vec<Self>, Vec<Self>, Vec<Self>) {
                match n < SMALL {
                    true => reference::svd(a, m, n),
                    false => svd(a, m, n),
                }
            }
        }
        impl Plain for $type {}
    )*};
}
by_faer!(f32 f64);

/// What both `faer` and the reference compute with: `f32` and `f64`.
pub(super) trait Plain: Float + RealField {}

pub(super) fn cholesky<T: Plain>(a: &[T], n: usize, l: &mut [T]) -> Result<(), (usize, T)> {
    let rows = MatRef::from_row_major_slice(a, n, n);
    let two = T::from_f64(2.0);
    let mut factor = Mat::from_fn(n, n, |i, j| (rows[(i, j)] + rows[(j, i)]) / two);
    let scratch = llt::cholesky_in_place_scratch::<T>(n, Par::Seq, auto());
    let done = llt::cholesky_in_place(
        factor.as_mut(),
        llt::LltRegularization::default(),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        auto(),
    );
    if done.is_err() {
        return reference::cholesky(a, n, l);
    }
    MatMut::from_row_major_slice_mut(l, n, n).copy_from_triangular_lower(&factor);
    Ok(())
}

pub(super) fn lu<T: Plain>(a: &mut [T], n: usize) -> Exchanges {
    // By columns: by rows it takes half as long again.
    let mut factors = MatRef::from_row_major_slice(a, n, n).to_owned();
    let (mut rows, mut places) = (vec![0_usize; n], vec![0_usize; n]);
    let scratch = partial_lu::lu_in_place_scratch::<usize, T>(n, n, Par::Seq, auto());
    let (info, _) = partial_lu::lu_in_place(
        factors.as_mut(),
        &mut rows,
        &mut places,
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        auto(),
    );
    // A pivot of 0 leaves NaN behind, and so does NaN: both reach the last pivot.
    if !(0..n).all(|i| has_reciprocal(factors[(i, i)])) {
        return reference::lu(a, n);
    }
    MatMut::from_row_major_slice_mut(a, n, n).copy_from(&factors);
    let odd = info.transposition_count % 2 == 1;
    Exchanges { rows, odd }
}

pub(super) fn substitute<T: Plain>(
    triangle: Triangle,
    a: &[T],
    n: usize,
    x: &mut [T],
) -> Result<(), usize> {
    if triangle != Triangle::UnitLower && !(0..n).all(|i| has_reciprocal(a[i * n + i])) {
        return reference::substitute(triangle, a, n, x);
    }
    let width = x.len().checked_div(n).unwrap_or(0);
    let a = MatRef::from_row_major_slice(a, n, n);
    let x = MatMut::from_row_major_slice_mut(x, n, width);
    match triangle {
        Triangle::Lower => triangular::solve_lower_triangular_in_place(a, x, Par::Seq),
        Triangle::UnitLower => triangular::solve_unit_lower_triangular_in_place(a, x, Par::Seq),
        Triangle::Upper => triangular::solve_upper_triangular_in_place(a, x, Par::Seq),
    }
    Ok(())
}

/// Whether multiplying by 1/x, as `faer` does, is as good as dividing by x: 1/x is neither infinite, nor NaN, nor so small that it has
/// lost bits.
fn has_reciprocal<T: Plain>(x: T) -> bool {
    let reciprocal = (T::one() / x).primal().abs();
    (min_positive::<T>().primal()..f64::INFINITY).contains(&reciprocal)
}

pub(super) fn qr<T: Plain>(a: &[T], m: usize, n: usize) -> (Vec<T>, Vec<T>) {
    let k = m.min(n);
    // A reflection knows directions only, so a column's size doesn't matter: A·D = Q·(R·D) for any diagonal D.
    let scales: Vec<T> = (0..n)
        .map(|j| scale(a.iter().skip(j).step_by(n).copied()))
        .collect();
    let mut factors = Mat::from_fn(m, n, |i, j| a[i * n + j] * scales[j]);
    let block = reflections::recommended_block_size::<T>(m, n);
    let mut weights = Mat::zeros(block, k);
    let scratch = reflections::qr_in_place_scratch::<T>(m, n, block, Par::Seq, auto());
    let info = reflections::qr_in_place(
        factors.as_mut(),
        weights.as_mut(),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        auto(),
    );
    if info.rank < k {
        return reference::qr(a, m, n);
    }
    let mut q = Mat::identity(m, k);
    let scratch = householder::apply_block_householder_sequence_on_the_left_in_place_scratch::<T>(
        m, block, k,
    );
    householder::apply_block_householder_sequence_on_the_left_in_place_with_conj(
        factors.as_ref().subcols(0, k),
        weights.as_ref(),
        Conj::No,
        q.as_mut(),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
    );
    let r = (0..k * n).map(|at| match (at / n, at % n) {
        (i, j) if j < i => T::ZERO,
        (i, j) => factors[(i, j)] / scales[j],
    });
    (row_major(q.as_ref()), r.collect())
}

pub(super) fn eigh<T: Plain>(a: &[T], n: usize) -> (Vec<T>, Vec<T>) {
    if !is_finite(a) {
        return reference::eigh(a, n);
    }
    let rows = MatRef::from_row_major_slice(a, n, n);
    let (scale, half) = (scale(a.iter().copied()), T::from_f64(0.5));
    let symmetric = Mat::from_fn(n, n, |i, j| {
        (rows[(i, j)] * scale + rows[(j, i)] * scale) * half
    });
    let (mut values, mut vectors) = (Diag::zeros(n), Mat::zeros(n, n));
    let scratch = self_adjoint_evd_scratch::<T>(n, ComputeEigenvectors::Yes, Par::Seq, auto());
    let done = self_adjoint_evd(
        symmetric.as_ref(),
        values.as_mut(),
        Some(vectors.as_mut()),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        auto(),
    );
    if done.is_err() {
        return reference::eigh(a, n); // it didn't converge
    }
    for j in 0..n {
        let sign = sign(vectors.col(j).iter().copied());
        vectors.col_mut(j).iter_mut().for_each(|x| *x *= sign);
    }
    let values = (0..n).map(|i| values[i] / scale).collect();
    (values, row_major(vectors.as_ref()))
}

pub(super) fn svd<T: Plain>(a: &[T], m: usize, n: usize) -> (Vec<T>, Vec<T>, Vec<T>) {
    if !is_finite(a) {
        return reference::svd(a, m, n);
    }
    let scale = scale(a.iter().copied());
    let scaled = Mat::from_fn(m, n, |i, j| a[i * n + j] * scale);
    let (mut u, mut s, mut v) = (Mat::zeros(m, n), Diag::zeros(n), Mat::zeros(n, n));
    let thin = ComputeSvdVectors::Thin;
    let scratch = singular::svd_scratch::<T>(m, n, thin, thin, Par::Seq, auto());
    let done = singular::svd(
        scaled.as_ref(),
        s.as_mut(),
        Some(u.as_mut()),
        Some(v.as_mut()),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        auto(),
    );
    if done.is_err() {
        return reference::svd(a, m, n); // it didn't converge
    }
    // Where many are near 0, dividing and conquering leaves them out of order.
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|&i| !s[i].order_key());
    let signs: Vec<T> = order
        .iter()
        .map(|&i| sign(v.col(i).iter().copied()))
        .collect();
    let signed = |x: &Mat<T>| {
        let (rows, at) = (x.nrows(), |i, j| x[(i, order[j])] * signs[j]);
        Mat::from_fn(rows, n, at)
    };
    let values = order.iter().map(|&i| s[i] / scale).collect();
    (
        row_major(signed(&u).as_ref()),
        values,
        row_major(signed(&v).transpose()),
    )
}

fn is_finite<T: Plain>(a: &[T]) -> bool {
    a.iter().all(|&x| Float::is_finite(x))
}

/// `faer`'s choice of sizes of blocks.
fn auto<P: Auto<T>, T>() -> Spec<P, T> {
    Spec::default()
}

fn row_major<T: Plain>(x: MatRef<'_, T>) -> Vec<T> {
    let mut rows = vec![T::ZERO; x.nrows() * x.ncols()];
    MatMut::from_row_major_slice_mut(&mut rows, x.nrows(), x.ncols()).copy_from(x);
    rows
}
