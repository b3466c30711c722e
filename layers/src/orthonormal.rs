//! Orthonormal columns from a random matrix, by Householder's reflections.

/// `Q` of `A = Q·R` for a row-major matrix of `rows ≥ columns`, each column times the sign of its diagonal element of
/// `R`, which makes the decomposition unique: if `A` is normal, `Q` is spread evenly over all orthonormal matrices.
///
/// Reflection `k` is `H = I − 2vvᵀ` with `v ∝ x ± |x|e₁` for the part `x` of column `k` on and below the diagonal; it maps `x` to
/// `∓|x|e₁`, and `Q = H₀H₁…` (Golub and Van Loan, *Matrix Computations*, 5.2).
pub(crate) fn columns(mut a: Vec<f64>, rows: usize, columns: usize) -> Vec<f64> {
    debug_assert!(rows >= columns && a.len() == rows * columns);
    let mut reflections = Vec::with_capacity(columns);
    let mut signs = Vec::with_capacity(columns);
    for k in 0..columns {
        let mut v: Vec<f64> = (k..rows).map(|i| a[i * columns + k]).collect();
        let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        // The sign that adds, rather than cancels, in the first element.
        let diagonal = if v[0] > 0.0 { -norm } else { norm };
        v[0] -= diagonal;
        let length = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        if length > 0.0 {
            v.iter_mut().for_each(|x| *x /= length);
        }
        reflect(&mut a, columns, k, &v);
        reflections.push(v);
        signs.push(if diagonal < 0.0 { -1.0 } else { 1.0 });
    }
    // Q is the product of the reflections on the first columns of the identity, from the last to the first.
    let mut q = vec![0.0; rows * columns];
    for k in 0..columns {
        q[k * columns + k] = signs[k];
    }
    for (k, v) in reflections.iter().enumerate().rev() {
        reflect(&mut q, columns, k, v);
    }
    q
}

/// `A[k.., :] ← (I − 2vvᵀ)·A[k.., :]`.
fn reflect(a: &mut [f64], columns: usize, k: usize, v: &[f64]) {
    let mut along = vec![0.0; columns]; // vᵀA
    for (row, &v) in a[k * columns..].chunks_exact(columns).zip(v) {
        along
            .iter_mut()
            .zip(row)
            .for_each(|(sum, &a)| *sum += v * a);
    }
    for (row, &v) in a[k * columns..].chunks_exact_mut(columns).zip(v) {
        row.iter_mut()
            .zip(&along)
            .for_each(|(a, &along)| *a -= 2.0 * v * along);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_has_a_positive_diagonal() {
        // For [[3, 1], [4, 2]]: q₀ = (0.6, 0.8); what is left of the second column lies along (−0.8, 0.6), and R₁₁ = 0.4.
        let q = columns(vec![3.0, 1.0, 4.0, 2.0], 2, 2);
        let expected = [0.6, -0.8, 0.8, 0.6];
        assert!(
            q.iter().zip(expected).all(|(q, e)| (q - e).abs() < 1e-15),
            "{q:?}"
        );
    }
}
