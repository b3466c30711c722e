//! Small dense linear algebra, over the matrices in the last two axes: shapes and errors. What computes one matrix stands in
//! [`kernels::linalg`](crate::kernels::linalg).

mod cholesky;
mod eigh;
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
}
