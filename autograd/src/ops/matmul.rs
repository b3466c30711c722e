//! The matrix product.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Error, Float, Result, Shape};

/// The rule of [`Var::matmul`], for matrices, one by one along equal leading axes. Saves `A, B`, each only if the other
/// is tracked.
///
/// A gradient lies in memory as its matrix does: that of a transposed one is the transpose of `∂L/∂Aᵀ = B · ∂L/∂Yᵀ`, or of `∂L/∂Bᵀ = ∂L/∂Yᵀ · A`. Otherwise
/// whatever stands before the transposition would walk over memory in steps of a row, which for long rows are all in the same few
/// sets of the cache.
struct Matmul;

impl<T: Float> Rule<T> for Matmul {
    fn name(&self) -> &'static str {
        "matmul"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let turned = |slot: usize| saved.get(slot).is_some_and(is_transposed);
        to.give(0, || match turned(0) {
            false => matrices(&gy, &saved[1].transpose(-2, -1)?),
            true => matrices(&saved[1], &gy.transpose(-2, -1)?)?.transpose(-2, -1),
        })?;
        to.give(1, || match turned(1) {
            false => matrices(&saved[0].transpose(-2, -1)?, &gy),
            true => matrices(&gy.transpose(-2, -1)?, &saved[0])?.transpose(-2, -1),
        })
    }
}

/// Whether the columns of the matrices lie side by side in memory, and their rows don't.
fn is_transposed<T: Float>(x: &Var<T>) -> bool {
    matches!(x.tensor().strides()[..], [.., 1, column] if column != 1)
}

/// The product of matrices with equal leading axes, recorded.
fn matrices<T: Float>(a: &Var<T>, b: &Var<T>) -> Result<Var<T>> {
    let y = a.tensor().matmul(b.tensor())?;
    let saved = [Save::for_gradient_of(a, b), Save::for_gradient_of(b, a)];
    a.tape().record(Matmul, &[a, b], y, saved)
}

impl<T: Float> Var<T> {
    /// The matrix product `Y = A·B` over the last two axes, `[…, m, k]·[…, k, n] → […, m, n]`; leading axes broadcast. A
    /// vector `[k]` on the left is a row, on the right a column, and its axis of size 1 disappears from the result.
    ///
    /// Gradient: `∂L/∂A = ∂L/∂Y · Bᵀ` and `∂L/∂B = Aᵀ · ∂L/∂Y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([[1.0_f64, 2.0], [3.0, 4.0]]));
    /// let b = tape.var(Tensor::from([[5.0], [6.0]]));
    /// let y = a.matmul(&b)?;
    /// assert_eq!(y.tensor(), &Tensor::from([[17.0], [39.0]]));
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&a)?, Tensor::from([[5.0, 6.0], [5.0, 6.0]]));
    /// assert_eq!(gradients.get(&b)?, Tensor::from([[4.0], [6.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an operand has rank 0, the inner sizes differ, or the leading axes don't broadcast.
    pub fn matmul(&self, other: &Var<T>) -> Result<Var<T>> {
        self.tape().check_same("matmul", other)?;
        let (a, b) = (self.shape(), other.shape());
        let fits = match (a, b) {
            ([.., inner], [k]) => inner == k,
            ([.., inner], [.., k, _]) => inner == k,
            _ => false,
        };
        if !fits {
            return Err(Error::shape(
                "matmul",
                format!("expects […, m, k]·[…, k, n], got {a:?}·{b:?}; transpose one of them?"),
            ));
        }
        match (a.len(), b.len()) {
            // A vector is a matrix with one row or column, which goes again.
            (1, _) => {
                let product = self.reshape([1, a[0]])?.matmul(other)?;
                let shape = without_axis(product.shape(), b.len().min(2));
                product.reshape(shape)
            }
            (_, 1) => {
                let product = self.matmul(&other.reshape([b[0], 1])?)?;
                let shape = without_axis(product.shape(), 1);
                product.reshape(shape)
            }
            (2, 2) => matrices(self, other),
            // One matrix on the right serves all on the left: their rows are the rows of one tall matrix.
            (rank, 2) => {
                let rows: usize = a[..rank - 1].iter().product();
                let mut shape = a.to_vec();
                shape[rank - 1] = b[1];
                matrices(&self.reshape([rows, a[rank - 1]])?, other)?.reshape(shape)
            }
            (rank_a, rank_b) => {
                let leading = Shape::broadcast("matmul", &a[..rank_a - 2], &b[..rank_b - 2])?;
                let left = self.with_leading(&leading)?;
                let right = other.with_leading(&leading)?;
                matrices(&left, &right)
            }
        }
    }

    /// The matrices of the last two axes, repeated along leading axes of this shape.
    pub(super) fn with_leading(&self, leading: &[usize]) -> Result<Var<T>> {
        let shape = [leading, &self.shape()[self.rank() - 2..]].concat();
        if shape == self.shape() {
            Ok(self.clone())
        } else {
            self.broadcast_to(shape)
        }
    }
}

/// A shape without its `from_end`-th axis from the end.
fn without_axis(shape: &[usize], from_end: usize) -> Vec<usize> {
    let axis = shape.len() - from_end;
    [&shape[..axis], &shape[axis + 1..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tape;
    use etude_tensor::{Rng, Tensor};

    #[test]
    fn a_gradient_lies_in_memory_as_its_matrix_does() -> Result<()> {
        let numbers =
            |shape: [usize; 3], seed: u64| Tensor::<f64>::randn(shape, &mut Rng::seed(seed));
        let run = |turned: bool| -> Result<[Tensor<f64>; 2]> {
            let tape = Tape::new();
            let leaf = |x: Tensor<f64>| match turned {
                true => Ok(tape.var(x.transpose(1, 2)?.contiguous().transpose(1, 2)?)),
                false => Ok(tape.var(x)),
            };
            let (a, b) = (leaf(numbers([2, 3, 4], 1))?, leaf(numbers([2, 4, 5], 2))?);
            let gradients = a.matmul(&b)?.square()?.sum(..)?.backward()?;
            Ok([gradients.get(&a)?, gradients.get(&b)?])
        };
        for (plain, turned) in run(false)?.into_iter().zip(run(true)?) {
            assert!(plain.is_contiguous());
            assert!(turned.transpose(1, 2)?.is_contiguous());
            assert!(plain.try_sub(&turned)?.abs().max(..)?.item()? < 1e-13);
        }
        Ok(())
    }
}
