//! Small dense linear algebra, over the matrices in the last two axes.
//!
//! Plain algorithms, written for any [`Float`](crate::Float), dual numbers included: Cholesky by rows, elimination with
//! pivots, Householder's reflections, Jacobi's rotations.

mod cholesky;
mod eigh;
mod jacobi;
mod lu;
mod qr;
mod svd;
mod triangular_solve;

use crate::{Error, Float, Result, Shape, Tensor};

/// The last two sizes.
fn sizes<T: Float>(op: &str, x: &Tensor<T>) -> Result<[usize; 2]> {
    match *x.shape() {
        [.., rows, columns] => Ok([rows, columns]),
        _ => Err(Error::shape(
            op,
            format!(
                "shape {:?}; expected at least two axes, [..., rows, columns]",
                x.shape()
            ),
        )),
    }
}

/// The side of square matrices.
fn side<T: Float>(op: &str, x: &Tensor<T>) -> Result<usize> {
    match sizes(op, x)? {
        [rows, columns] if rows == columns => Ok(rows),
        _ => Err(Error::shape(
            op,
            format!("shape {:?}; expected square matrices", x.shape()),
        )),
    }
}

/// The axes before the last two, followed by others.
fn with_last<T: Float>(x: &Tensor<T>, last: &[usize]) -> Shape {
    Shape::from([&x.shape()[..x.rank() - 2], last].concat())
}

/// Matrix number `index` of row-major ones of so many elements, or nothing where they are empty.
fn matrix<T>(all: &[T], index: usize, elements: usize) -> &[T] {
    &all[index * elements..(index + 1) * elements]
}

/// How many matrices there are.
fn count<T: Float>(x: &Tensor<T>) -> usize {
    x.shape()[..x.rank() - 2].iter().product()
}

/// An error about one matrix of several.
fn about(op: &str, number: usize, why: &str) -> Error {
    Error::value(op, format!("matrix {number} {why}"))
}

/// The matrix with rows and columns exchanged.
fn transposed<T: Float>(x: &[T], columns: usize) -> Vec<T> {
    let rows = x.len().checked_div(columns).unwrap_or(0);
    (0..x.len())
        .map(|i| x[i % rows * columns + i / rows])
        .collect()
}

/// The power of 2 that brings the largest magnitude near 1, so that no square of what is large overflows, and none of what matters
/// underflows. Multiplying and dividing by it is exact.
fn scale<T: Float>(x: &[T]) -> T {
    let largest = x.iter().fold(0.0_f64, |most, x| most.max(x.primal().abs()));
    // Of subnormal numbers the inverse overflows.
    let limit = if T::EPSILON > 1e-10 { 126 } else { 1022 };
    let exponent = if largest > 0.0 {
        -(largest.log2() as i32)
    } else {
        0
    };
    T::from_f64(2.0_f64.powi(exponent.clamp(-limit, limit)))
}

/// `y ← y + factor·x`.
fn add_scaled<T: Float>(factor: T, x: &[T], y: &mut [T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y += factor * x;
    }
}

#[cfg(test)]
mod tests {
    use crate::{Float, Rng, Tensor};

    /// The largest difference.
    pub(super) fn apart<T: Float>(a: &Tensor<T>, b: &Tensor<T>) -> f64 {
        assert_eq!(a.shape(), b.shape());
        let difference = a.try_sub(b).unwrap().abs();
        if difference.elements() == 0 {
            0.0
        } else {
            difference.max(..).unwrap().item().unwrap().primal()
        }
    }

    /// The product with the transposed, `x·xᵀ`.
    pub(super) fn square(x: &Tensor<f64>) -> Tensor<f64> {
        x.matmul(&x.transpose(-2, -1).unwrap()).unwrap()
    }

    pub(super) fn random(shape: &[usize]) -> Tensor<f64> {
        Tensor::randn(shape, &mut Rng::seed(8))
    }

    #[test]
    fn a_transposed_matrix() {
        assert_eq!(
            super::transposed(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3),
            [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]
        );
        assert_eq!(super::transposed::<f64>(&[], 0), [0.0; 0]);
    }
}
