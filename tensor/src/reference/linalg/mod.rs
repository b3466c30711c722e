//! Small dense linear algebra, one row-major matrix at a time.
//!
//! Plain algorithms, written for any [`Float`], dual numbers included: Cholesky by rows, elimination with pivots, substitution,
//! Householder's reflections, Jacobi's rotations.

mod cholesky;
mod eigh;
mod jacobi;
mod lu;
mod qr;
mod substitute;
mod svd;

pub use cholesky::cholesky;
pub use eigh::eigh;
pub use lu::lu;
pub use qr::qr;
pub use substitute::substitute;
pub use svd::svd;

use crate::Float;

/// The matrix with rows and columns exchanged.
fn transposed<T: Float>(x: &[T], columns: usize) -> Vec<T> {
    let rows = x.len().checked_div(columns).unwrap_or(0);
    (0..x.len())
        .map(|i| x[i % rows * columns + i / rows])
        .collect()
}

/// The power of 2 that brings the largest magnitude near 1, so that no square of what is large overflows, and none of what matters
/// underflows. Multiplying and dividing by it is exact.
pub(crate) fn scale<T: Float>(x: impl Iterator<Item = T>) -> T {
    let largest = x.fold(0.0_f64, |most, x| most.max(x.primal().abs()));
    // Of subnormal numbers the inverse overflows.
    let limit = if T::EPSILON > 1e-10 { 126 } else { 1022 };
    let exponent = if largest > 0.0 {
        -(largest.log2() as i32)
    } else {
        0
    };
    T::from_f64(2.0_f64.powi(exponent.clamp(-limit, limit)))
}

/// The sign that makes the component of largest magnitude, the first of several, positive.
pub(crate) fn sign<T: Float>(x: impl Iterator<Item = T>) -> T {
    let largest = x.fold(
        T::ZERO,
        |best, x| if x.abs() > best.abs() { x } else { best },
    );
    if largest < T::ZERO {
        -T::one()
    } else {
        T::one()
    }
}

/// `y ← y + factor·x`.
fn add_scaled<T: Float>(factor: T, x: &[T], y: &mut [T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y += factor * x;
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_transposed_matrix() {
        assert_eq!(
            super::transposed(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3),
            [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]
        );
        assert_eq!(super::transposed::<f64>(&[], 0), [0.0; 0]);
    }
}
