//! Sums over products of variables: made of diagonals, sums and products of matrices, whose rules they inherit.

use crate::Var;
use etude_tensor::plan::Contract;
use etude_tensor::{Float, Result};

/// Refuses operands of different tapes, or of a recording that has been spent, in the name of what was called and not of the product
/// that would notice.
pub(super) fn check_tapes<T: Float>(op: &str, operands: &[&Var<T>]) -> Result<()> {
    let Some((first, _)) = operands.split_first() else {
        return Ok(());
    };
    operands
        .iter()
        .try_for_each(|x| first.tape().check_own(op, x))
}

impl<T: Float> Contract for Var<T> {
    const ELEMENT_BYTES: usize = size_of::<T>();

    fn sizes(&self) -> &[usize] {
        self.shape()
    }
    fn diagonal(&self, a: isize, b: isize) -> Result<Self> {
        self.diagonal(0, a, b)
    }
    fn sum(&self, axes: Vec<isize>) -> Result<Self> {
        self.sum(axes)
    }
    fn permute(&self, order: &[isize]) -> Result<Self> {
        self.permute(order)
    }
    fn reshape(&self, shape: Vec<usize>) -> Result<Self> {
        self.reshape(shape)
    }
    fn mul(&self, other: &Self) -> Result<Self> {
        self.try_mul(other)
    }
    fn matmul(&self, other: &Self) -> Result<Self> {
        self.matmul(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn operands_of_two_tapes_are_refused_by_name() {
        let (a, b) = (Tape::new(), Tape::new());
        let a = a.var(Tensor::<f64>::ones([2]));
        let b = b.var(Tensor::ones([2]));
        let starts = |result: Result<Var<f64>>, name: &str| {
            let message = result.unwrap_err().to_string();
            assert!(
                message.starts_with(&format!("{name}: its operands are")),
                "{message}"
            );
        };
        starts(Var::einsum("i,i->", &[&a, &b]), "einsum");
        starts(a.tensordot(&b, [0], [0]), "tensordot");
        starts(a.outer(&b), "outer");
        starts(a.kron(&b), "kron");
    }
}
