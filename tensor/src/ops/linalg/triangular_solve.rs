//! Solutions of `A·X = B` for triangular `A`, and what all systems of equations share: shapes, one system after the other.

use super::{about, count, matrix, side, with_last};
use crate::kernels::linalg::Triangle;
use crate::{Error, Float, Result, Shape, Tensor};

impl<T: Float> Tensor<T> {
    /// The solution `X` of `A·X = B` for the upper (or lower) triangles `A` of the matrices in the last two axes; what stands in the other
    /// triangle isn't looked at, and NaN elsewhere spreads as the arithmetic has it. `b` has matrices `[..., n, k]`, or is a vector `[n]`;
    /// leading axes broadcast.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let a = Tensor::from([[2.0_f64, 0.0], [1.0, 4.0]]);
    /// let x = a.triangular_solve(&Tensor::from([2.0, 9.0]), false)?;
    /// assert_eq!(x.to_vec(), [1.0, 2.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't go together, or there is a 0 on the diagonal.
    pub fn triangular_solve(&self, b: &Self, upper: bool) -> Result<Self> {
        let n = side("triangular_solve", self)?;
        let triangle = match upper {
            true => Triangle::Upper,
            false => Triangle::Lower,
        };
        systems("triangular_solve", self, b, |a, x, number| {
            T::substitute(triangle, a, n, x).map_err(|row| {
                about(
                    "triangular_solve",
                    number,
                    &format!("is singular: 0 at ({row}, {row})"),
                )
            })
        })
    }
}

/// Solves one system after the other: `solve(a, x, number)` overwrites the right side `x` by the solution.
pub(super) fn systems<T: Float>(
    op: &str,
    a: &Tensor<T>,
    b: &Tensor<T>,
    mut solve: impl FnMut(&[T], &mut [T], usize) -> Result<()>,
) -> Result<Tensor<T>> {
    let n = side(op, a)?;
    let vector = b.rank() == 1;
    let sides = if vector { b.unsqueeze(1)? } else { b.clone() };
    let [.., rows, width] = *sides.shape() else {
        return Err(Error::shape(
            op,
            "a right side of rank 0; expected a vector or matrices",
        ));
    };
    if rows != n {
        return Err(Error::shape(
            op,
            format!(
                "matrices {:?} and a right side {:?}; expected {n} rows",
                a.shape(),
                b.shape()
            ),
        ));
    }
    let batch = Shape::broadcast(
        op,
        &a.shape()[..a.rank() - 2],
        &sides.shape()[..sides.rank() - 2],
    )?;
    let all = |size: usize| {
        let sizes = [&batch[..], &[n, size]].concat();
        Shape::fitting(op, sizes, size_of::<T>())
    };
    let a = a.broadcast_to(all(n)?)?.contiguous();
    let mut x = sides.broadcast_to(all(width)?)?.copied();
    let values = a.as_slice().unwrap_or_default();
    let matrices = count(&a);
    if n > 0 {
        let out = x.make_mut();
        for index in 0..matrices {
            let x = &mut out[index * n * width..(index + 1) * n * width];
            solve(matrix(values, index, n * n), x, index)?;
        }
    }
    if vector {
        let shape = with_last(&x, &[n]);
        return x.reshape(shape);
    }
    Ok(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::linalg::tests::{apart, random};

    #[test]
    fn both_triangles_of_several_matrices() {
        let a = random(&[3, 5, 5])
            .try_add(&Tensor::eye(5).try_mul(&Tensor::scalar(4.0)).unwrap())
            .unwrap();
        let b = random(&[2, 1, 5, 2]);
        for upper in [false, true] {
            let x = a.triangular_solve(&b, upper).unwrap();
            let triangle = if upper { a.triu(0) } else { a.tril(0) }.unwrap();
            assert_eq!(x.shape(), [2, 3, 5, 2]);
            assert!(
                apart(
                    &triangle.matmul(&x).unwrap(),
                    &b.broadcast_to([2, 3, 5, 2]).unwrap()
                ) < 1e-12
            );
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let message =
            |a: Tensor<f64>, b: Tensor<f64>| a.triangular_solve(&b, false).unwrap_err().to_string();
        assert_eq!(
            message(Tensor::eye(2), Tensor::zeros([3, 1])),
            "triangular_solve: matrices [2, 2] and a right side [3, 1]; expected 2 rows"
        );
        assert_eq!(
            message(Tensor::zeros([1, 1]), Tensor::zeros([1])),
            "triangular_solve: matrix 0 is singular: 0 at (0, 0)"
        );
        assert!(message(Tensor::eye(2), Tensor::scalar(1.0)).contains("rank 0"));
        let none = Tensor::<f64>::zeros([0, 0]);
        assert_eq!(
            none.triangular_solve(&Tensor::zeros([0, 3]), true)
                .unwrap()
                .shape(),
            [0, 3]
        );
    }
}
