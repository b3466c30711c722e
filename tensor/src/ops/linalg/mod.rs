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

    #[test]
    fn large_matrices_in_batches() {
        let n = 70;
        let (a, b) = (random(&[3, n, n]), random(&[n, 2]));
        let x = a.solve(&b).unwrap();
        assert!(apart(&a.matmul(&x).unwrap(), &b.broadcast_to([3, n, 2]).unwrap()) < 1e-9);
        let inverse = a.inverse().unwrap();
        let one = Tensor::eye(n).broadcast_to([3, n, n]).unwrap();
        assert!(apart(&a.matmul(&inverse).unwrap(), &one) < 1e-9);
        let both = a
            .determinant()
            .unwrap()
            .try_mul(&inverse.determinant().unwrap());
        assert!(apart(&both.unwrap(), &Tensor::ones([3])) < 1e-9);
        for index in 0..3 {
            let alone = a.select(0, index).unwrap();
            let (q, s, values) = (a.qr().unwrap().0, a.svd().unwrap().1, a.eigh().unwrap().0);
            assert_eq!(q.select(0, index).unwrap(), alone.qr().unwrap().0);
            assert_eq!(s.select(0, index).unwrap(), alone.svd().unwrap().1);
            assert_eq!(values.select(0, index).unwrap(), alone.eigh().unwrap().0);
        }
    }

    #[test]
    fn which_large_matrix_of_several_has_no_result() {
        let n = 70;
        let regular = Tensor::<f64>::eye(n);
        let gap: Vec<f64> = (0..n).map(|i| if i == 40 { 0.0 } else { 1.0 }).collect();
        let singular = Tensor::from(gap).diag_embed(0).unwrap();
        let a = Tensor::stack(&[regular, singular], 0).unwrap();
        let b = Tensor::ones([n]);
        let messages = [
            a.cholesky().unwrap_err(),
            a.solve(&b).unwrap_err(),
            a.triangular_solve(&b, true).unwrap_err(),
        ];
        let expected = [
            "cholesky: matrix 1 isn't positive definite: pivot 40 is 0",
            "solve: matrix 1 is singular: column 40 depends on those before it",
            "triangular_solve: matrix 1 is singular: 0 at (40, 40)",
        ];
        assert_eq!(messages.map(|message| message.to_string()), expected);
        assert_eq!(a.determinant().unwrap().to_vec(), [1.0, 0.0]);
    }
}
