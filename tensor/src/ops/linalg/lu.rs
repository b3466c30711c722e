//! Elimination with pivots, `P·A = L·U`: solutions, inverses and determinants.

use super::triangular_solve::systems;
use super::{about, count, matrix, side};
use crate::kernels::linalg::Triangle;
use crate::{Float, Result, Tensor};

/// Overwrites the right side `x` by the solution, or names a column that depends on those before it.
fn solve_one<T: Float>(a: &[T], n: usize, x: &mut [T]) -> Result<(), usize> {
    let mut factors = a.to_vec();
    let exchanges = T::lu(&mut factors, n);
    let width = x.len().checked_div(n).unwrap_or(0);
    let sides = x.to_vec();
    for (&from, row) in exchanges.rows.iter().zip(x.chunks_mut(width.max(1))) {
        row.copy_from_slice(&sides[from * width..(from + 1) * width]);
    }
    T::substitute(Triangle::UnitLower, &factors, n, x)?;
    T::substitute(Triangle::Upper, &factors, n, x)
}

impl<T: Float> Tensor<T> {
    /// The solution `X` of `A·X = B` for the matrices `A` in the last two axes. `b` has matrices `[..., n, k]`, or is a vector
    /// `[n]`; leading axes broadcast. NaN spreads as the arithmetic of elimination has it.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let a = Tensor::from([[0.0_f64, 2.0], [4.0, 0.0]]);
    /// assert_eq!(a.solve(&Tensor::from([2.0, 8.0]))?.to_vec(), [2.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't go together, or a matrix is singular.
    pub fn solve(&self, b: &Self) -> Result<Self> {
        solve("solve", self, b)
    }

    /// The inverse of each matrix in the last two axes, `A·A⁻¹ = I`. NaN spreads as the arithmetic of elimination has it. To solve a
    /// system, [`solve`](Tensor::solve) is faster and more accurate.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let a = Tensor::from([[2.0_f64, 0.0], [0.0, 4.0]]);
    /// assert_eq!(a.inverse()?, Tensor::from([[0.5, 0.0], [0.0, 0.25]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the last two sizes differ, or a matrix is singular.
    pub fn inverse(&self) -> Result<Self> {
        solve("inverse", self, &Tensor::eye(side("inverse", self)?))
    }

    /// The determinant of each matrix in the last two axes, `det A = ± Π U[i, i]` with `P·A = L·U`; 1 of a matrix without elements. NaN spreads
    /// as the arithmetic of elimination has it.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([[1.0_f64, 2.0], [3.0, 4.0]]).determinant()?.item()?, -2.0);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the last two sizes differ.
    pub fn determinant(&self) -> Result<Self> {
        let n = side("determinant", self)?;
        let a = self.contiguous();
        let values = a.as_slice().unwrap_or_default();
        let one = |index: usize| {
            let mut factors = matrix(values, index, n * n).to_vec();
            let start = match T::lu(&mut factors, n).odd {
                true => -T::one(),
                false => T::one(),
            };
            (0..n).fold(start, |product, i| product * factors[i * n + i])
        };
        let determinants: Vec<T> = (0..count(self)).map(one).collect();
        Tensor::from_slice(&self.shape()[..self.rank() - 2], &determinants)
    }
}

fn solve<T: Float>(op: &str, a: &Tensor<T>, b: &Tensor<T>) -> Result<Tensor<T>> {
    let n = side(op, a)?;
    systems(op, a, b, |a, x, number| {
        let singular = |column| {
            about(
                op,
                number,
                &format!("is singular: column {column} depends on those before it"),
            )
        };
        solve_one(a, n, x).map_err(singular)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::linalg::tests::{apart, random};

    #[test]
    fn solutions_inverses_and_determinants() {
        for n in [1, 2, 5, 30] {
            let (a, b) = (random(&[2, n, n]), random(&[n, 3]));
            let x = a.solve(&b).unwrap();
            assert!(apart(&a.matmul(&x).unwrap(), &b.broadcast_to([2, n, 3]).unwrap()) < 1e-10);
            let product = a.inverse().unwrap().matmul(&a).unwrap();
            assert!(apart(&product, &Tensor::eye(n).broadcast_to([2, n, n]).unwrap()) < 1e-10);
        }
        let a = random(&[3, 3]);
        let at = |i: isize, j: isize| a.at(&[i, j]).unwrap();
        let minor = |j: isize, k: isize| at(1, j) * at(2, k) - at(1, k) * at(2, j);
        let sarrus = at(0, 0) * minor(1, 2) - at(0, 1) * minor(0, 2) + at(0, 2) * minor(0, 1);
        assert!((a.determinant().unwrap().item().unwrap() - sarrus).abs() < 1e-14);
        assert_eq!(
            Tensor::<f64>::zeros([2, 0, 0])
                .determinant()
                .unwrap()
                .to_vec(),
            [1.0, 1.0]
        );
        assert_eq!(
            Tensor::from([[1.0, 2.0], [2.0, 4.0]])
                .determinant()
                .unwrap()
                .item()
                .unwrap(),
            0.0
        );
    }

    #[test]
    fn what_is_singular_is_named() {
        let a = Tensor::from([[1.0, 2.0], [2.0, 4.0]]);
        assert_eq!(
            a.inverse().unwrap_err().to_string(),
            "inverse: matrix 0 is singular: column 1 depends on those before it"
        );
        assert_eq!(
            a.solve(&Tensor::zeros([3])).unwrap_err().to_string(),
            "solve: matrices [2, 2] and a right side [3]; expected 2 rows"
        );
        assert!(
            Tensor::<f64>::zeros([2])
                .determinant()
                .unwrap_err()
                .to_string()
                .contains("at least two axes")
        );
    }
}
