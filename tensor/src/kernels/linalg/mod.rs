//! Linear algebra of one row-major matrix: factors, solutions and spectra.
//!
//! The [reference](crate::reference::linalg) serves every number type, and is fast enough for matrices of some ten rows. With the cargo feature
//! `faer`, larger ones of `f32` and `f64` go to the crate `faer`, on the calling thread. How many times as fast that is, for square matrices of
//! so many rows, with AVX2 on a shared machine (eliminating below 64 rows is left to the reference):
//!
//! | | `f32` 32 | 128 | 512 | `f64` 32 | 128 | 512 |
//! |---|---:|---:|---:|---:|---:|---:|
//! | `cholesky` | 2.5 | 2.7 | 2.7 | 1.9 | 2.3 | 2.3 |
//! | `lu` | 1.0 | 1.4 | 2.9 | 1.0 | 1.5 | 2.7 |
//! | `substitute` | 2.0 | 4.4 | 5.3 | 2.5 | 4.6 | 5.2 |
//! | `qr` | 1.3 | 1.7 | 3.0 | 1.4 | 1.9 | 3.7 |
//! | `eigh` | 5.7 | 24.9 | 92.1 | 5.5 | 18.7 | 192.3 |
//! | `svd` | 3.7 | 7.4 | 15.0 | 3.8 | 8.4 | 19.2 |
//!
//! ```sh
//! cargo test --release -p etude-tensor --features faer --lib linalg_speed -- --ignored --nocapture
//! ```

#[cfg(feature = "faer")]
mod faer;
#[cfg(all(test, feature = "faer"))]
mod speed;
#[cfg(all(test, feature = "faer"))]
mod tests;

use crate::{Float, reference};

/// Linear algebra of an element type, by the [reference functions](reference::linalg) or, with the feature `faer`, by `faer`. The slices have the lengths that the
/// sizes say; a wrong length panics.
pub trait LinalgKernels: Copy + 'static {
    /// Writes the lower triangular L with a positive diagonal and L·Lᵀ = (A + Aᵀ)/2 into `l`, which holds zeros. The error is the first pivot
    /// that isn't positive: which one, and its value.
    fn cholesky(a: &[Self], n: usize, l: &mut [Self]) -> Result<(), (usize, Self)>
    where
        Self: Float,
    {
        reference::linalg::cholesky(a, n, l)
    }

    /// Overwrites A by L below the diagonal (on which it is 1) and U on and above it, P·A = L·U. A 0 on the diagonal of U says that
    /// A is singular.
    fn lu(a: &mut [Self], n: usize) -> Exchanges
    where
        Self: Float,
    {
        reference::linalg::lu(a, n)
    }

    /// Overwrites the right side `x`, n rows, by the solution of A·X = B for a triangle of A. The error is a row with a 0 on the diagonal, the
    /// first on the way.
    fn substitute(triangle: Triangle, a: &[Self], n: usize, x: &mut [Self]) -> Result<(), usize>
    where
        Self: Float,
    {
        reference::linalg::substitute(triangle, a, n, x)
    }

    /// Q `[m, k]` and R `[k, n]`, k = min(m, n), of A `[m, n]`: Q·R = A with orthonormal columns Q, upper triangular R, and LAPACK's signs.
    fn qr(a: &[Self], m: usize, n: usize) -> (Vec<Self>, Vec<Self>)
    where
        Self: Float,
    {
        reference::linalg::qr(a, m, n)
    }

    /// The eigenvalues, ascending, and orthonormal eigenvectors, one a column, of (A + Aᵀ)/2. Of each vector the component of largest
    /// magnitude is positive. NaN where A has a NaN or ±∞.
    fn eigh(a: &[Self], n: usize) -> (Vec<Self>, Vec<Self>)
    where
        Self: Float,
    {
        reference::linalg::eigh(a, n)
    }

    /// U `[m, n]`, the singular values, descending, and Vᵀ `[n, n]` of A `[m, n]` with m ≥ n. Of each row of Vᵀ the component of
    /// largest magnitude is positive. NaN where A has a NaN or ±∞.
    fn svd(a: &[Self], m: usize, n: usize) -> (Vec<Self>, Vec<Self>, Vec<Self>)
    where
        Self: Float,
    {
        reference::linalg::svd(a, m, n)
    }
}

/// The part of a matrix that a system of equations is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Triangle {
    /// The diagonal and what is below it.
    Lower,
    /// What is below the diagonal, and 1 on it.
    UnitLower,
    /// The diagonal and what is above it.
    Upper,
}

/// How elimination exchanged the rows.
#[derive(Clone, Debug)]
pub struct Exchanges {
    /// Which row of the matrix each row comes from.
    pub rows: Vec<usize>,
    /// Whether rows were exchanged an odd number of times.
    pub odd: bool,
}

#[cfg(not(feature = "faer"))]
impl LinalgKernels for f32 {}
#[cfg(not(feature = "faer"))]
impl LinalgKernels for f64 {}
impl<T: Float> LinalgKernels for crate::Dual<T> {}
