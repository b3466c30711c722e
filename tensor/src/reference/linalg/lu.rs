//! Elimination with pivots, `P·A = L·U`.

use super::add_scaled;
use crate::Float;
use crate::kernels::linalg::Exchanges;

/// Overwrites a matrix `f`, `n` rows of `n`, by `L` below the diagonal (on which it is 1) and `U` on and above it: eliminates column by
/// column, each time with the row of the largest element.
pub fn lu<T: Float>(f: &mut [T], n: usize) -> Exchanges {
    let mut rows: Vec<usize> = (0..n).collect();
    let mut odd = false;
    for k in 0..n {
        let size = |f: &[T], i: usize| f[i * n + k].primal().abs();
        let pivot = (k + 1..n).fold(
            k,
            |best, i| if size(f, i) > size(f, best) { i } else { best },
        );
        if pivot != k {
            (0..n).for_each(|j| f.swap(k * n + j, pivot * n + j));
            rows.swap(k, pivot);
            odd = !odd;
        }
        if f[k * n + k] == T::ZERO {
            continue; // the column is 0 from here on: singular
        }
        let (above, below) = f.split_at_mut((k + 1) * n);
        let row = &above[k * n..];
        for below in below.chunks_mut(n) {
            let factor = below[k] / row[k];
            below[k] = factor;
            add_scaled(-factor, &row[k + 1..], &mut below[k + 1..]);
        }
    }
    Exchanges { rows, odd }
}
