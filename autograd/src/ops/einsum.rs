//! Einstein's sum convention and its relatives: made of diagonals, sums and products of matrices, whose rules they inherit.

use crate::Var;
use etude_tensor::plan::{self, Contract};
use etude_tensor::{Float, Result};

/// Refuses operands of different tapes, or of a recording that has been spent, in the name of what was called and not of the product
/// that would notice.
fn check_tapes<T: Float>(op: &str, operands: &[&Var<T>]) -> Result<()> {
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

impl<T: Float> Var<T> {
    /// The sum over products that `expression` writes down, `"ij,jk->ik"` being `y[i, k] = Σⱼ a[i, j] · b[j, k]`: a list of operands, each
    /// a letter an axis, and, after `->`, the letters of the result. Letters that aren't there are summed over. A letter twice on an
    /// operand is its diagonal; `...` stands for any number of axes, which broadcast. Without `->` the result has, in alphabetical order,
    /// the letters that come once, behind those of `...`.
    ///
    /// Gradient: of an operand, such a sum again: that of `∂L/∂y` and the other operands that has the letters of this one.
    ///
    /// ```
    /// use etude_autograd::{Tape, Var};
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([[1.0_f64, 2.0], [3.0, 4.0]]));
    /// let trace = Var::einsum("ii->", &[&a])?;
    /// assert_eq!(trace.backward()?.get(&a)?, Tensor::eye(2));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the expression isn't one, or doesn't fit the operands; variables on different tapes.
    pub fn einsum(expression: &str, operands: &[&Var<T>]) -> Result<Var<T>> {
        check_tapes("einsum", operands)?;
        plan::einsum(expression, operands)
    }

    /// The sum over products of elements along pairs of axes, `axes` of this with `other_axes` of `other`:
    /// `y[i…, j…] = Σ a[i…, k…] · b[k…, j…]` over the paired k. The other axes of both follow each other.
    ///
    /// Gradient: `∂L/∂a` is the product of `∂L/∂y` with `b` along the axes of `b` that aren't paired, `∂L/∂b` that with
    /// `a`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([[1.0_f64, 2.0], [3.0, 4.0]]));
    /// let b = tape.var(Tensor::from([[5.0, 6.0], [7.0, 8.0]]));
    /// let y = a.tensordot(&b, [0, 1], [0, 1])?;
    /// assert_eq!(y.item()?, 5.0 + 12.0 + 21.0 + 32.0);
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&a)?, *b.tensor());
    /// assert_eq!(gradients.get(&b)?, *a.tensor());
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the lists differ in length, an axis is out of range or named twice, paired axes differ in size, or the variables
    /// are on different tapes.
    pub fn tensordot(
        &self,
        other: &Var<T>,
        axes: impl AsRef<[isize]>,
        other_axes: impl AsRef<[isize]>,
    ) -> Result<Var<T>> {
        check_tapes("tensordot", &[self, other])?;
        plan::tensordot(self, other, axes.as_ref(), other_axes.as_ref())
    }

    /// Every product of an element of this with one of `other`: `y[i…, j…] = a[i…] · b[j…]`.
    ///
    /// Gradient: `∂L/∂a[i…] = Σⱼ b[j…] · ∂L/∂y[i…, j…]` and `∂L/∂b[j…] = Σᵢ a[i…] · ∂L/∂y[i…, j…]`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([1.0_f64, 2.0]));
    /// let b = tape.var(Tensor::from([3.0, 4.0, 5.0]));
    /// let y = a.outer(&b)?;
    /// assert_eq!(y.tensor(), &Tensor::from([[3.0, 4.0, 5.0], [6.0, 8.0, 10.0]]));
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&a)?.to_vec(), [12.0, 12.0]);
    /// assert_eq!(gradients.get(&b)?.to_vec(), [3.0, 3.0, 3.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the result is larger than memory, or the variables are on different tapes.
    pub fn outer(&self, other: &Var<T>) -> Result<Var<T>> {
        check_tapes("outer", &[self, other])?;
        plan::outer(self, other)
    }

    /// The Kronecker product: `other`, once for each element of this, multiplied by it, side by side: `y[i·m + k, …] = a[i, …] · b[k, …]`
    /// with m the size of `other`, along each axis.
    ///
    /// Gradient: that of an element of this is the sum of its block of `∂L/∂y`, multiplied by `other`; that of `other` the
    /// sum of all blocks, each multiplied by its element.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([[1.0_f64, 2.0]]));
    /// let b = tape.var(Tensor::from([[1.0], [10.0]]));
    /// let y = a.kron(&b)?;
    /// assert_eq!(y.tensor(), &Tensor::from([[1.0, 2.0], [10.0, 20.0]]));
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&a)?, Tensor::from([[11.0, 11.0]]));
    /// assert_eq!(gradients.get(&b)?, Tensor::from([[3.0], [3.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the result is larger than memory, or the variables are on different tapes.
    pub fn kron(&self, other: &Var<T>) -> Result<Var<T>> {
        check_tapes("kron", &[self, other])?;
        plan::kron(self, other)
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
