//! Cholesky's factor: `A = L·Lᵀ` with `L` lower triangular.

use crate::Float;

/// Writes `L[i, j] = (A[i, j] − Σₖ L[i, k]·L[j, k]) / L[j, j]` over `k < j`, and its root on the diagonal, for the symmetric part
/// of `a`, `n` rows of `n`, into `l`, which holds zeros. The error is the first pivot that isn't positive: which one, and its value.
pub fn cholesky<T: Float>(a: &[T], n: usize, l: &mut [T]) -> Result<(), (usize, T)> {
    for i in 0..n {
        for j in 0..=i {
            let (before, row) = l.split_at_mut(i * n);
            let known = T::dot(
                &row[..j],
                if j < i {
                    &before[j * n..j * n + j]
                } else {
                    &row[..j]
                },
            );
            let rest = (a[i * n + j] + a[j * n + i]) / T::from_f64(2.0) - known;
            row[j] = if j < i {
                rest / before[j * n + j]
            } else if rest > T::ZERO {
                rest.sqrt()
            } else {
                return Err((j, rest));
            };
        }
    }
    Ok(())
}
