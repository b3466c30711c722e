//! Linear algebra of one row-major matrix: factors, solutions and spectra.

use crate::{Float, reference};

/// Linear algebra of an element type, by the [reference functions](reference::linalg). The slices have the lengths that the
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

impl LinalgKernels for f32 {}
impl LinalgKernels for f64 {}
impl<T: Float> LinalgKernels for crate::Dual<T> {}
