//! Substitution: `A·X = B` for triangular `A`, row by row.

use super::add_scaled;
use crate::Float;
use crate::kernels::linalg::Triangle;

/// Overwrites the rows of `x`, `n` of them, by the solution `X[i] = (B[i] − Σₖ A[i, k]·X[k]) / A[i, i]`, where k runs over the
/// other columns of the triangle. The error is the first row on the way with a 0 on the diagonal.
pub fn substitute<T: Float>(
    triangle: Triangle,
    a: &[T],
    n: usize,
    x: &mut [T],
) -> Result<(), usize> {
    let width = x.len().checked_div(n).unwrap_or(0);
    let upper = triangle == Triangle::Upper;
    for step in 0..n {
        let i = if upper { n - 1 - step } else { step };
        let pivot = match triangle {
            Triangle::UnitLower => T::one(),
            Triangle::Lower | Triangle::Upper => a[i * n + i],
        };
        if pivot == T::ZERO {
            return Err(i);
        }
        let (before, rest) = x.split_at_mut(i * width);
        let (row, behind) = rest.split_at_mut(width);
        let known = if upper { i + 1..n } else { 0..i };
        for k in known {
            let solved = if upper {
                &behind[(k - i - 1) * width..]
            } else {
                &before[k * width..]
            };
            add_scaled(-a[i * n + k], &solved[..width], row);
        }
        row.iter_mut().for_each(|x| *x /= pivot);
    }
    Ok(())
}
