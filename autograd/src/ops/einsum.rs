//! Einstein's sum convention and its relatives: made of diagonals, sums and products of matrices, whose rules they inherit.

use crate::Var;
use etude_tensor::plan::{self, Contract};
use etude_tensor::{Float, Result};

impl<T: Float> Contract for Var<T> {
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
    /// The sum over products that `expression` writes down: a list of operands, each a letter an axis, and, after `->`, the
    /// letters of the result. Letters that aren't there are summed over. A letter twice on an operand is its diagonal; `...`
    /// stands for any number of axes, which broadcast. Without `->` the result has, in alphabetical order, the letters that
    /// come once, behind those of `...`.
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
        plan::einsum(expression, operands)
    }

    /// The sum over products of elements along pairs of axes, `axes` of this with `other_axes` of `other`. The other axes of
    /// both follow each other.
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
        plan::tensordot(self, other, axes.as_ref(), other_axes.as_ref())
    }

    /// Every product of an element of this with one of `other`: `y[i…, j…] = a[i…] · b[j…]`.
    ///
    /// # Errors
    /// If the result is larger than memory, or the variables are on different tapes.
    pub fn outer(&self, other: &Var<T>) -> Result<Var<T>> {
        plan::outer(self, other)
    }

    /// The Kronecker product: `other`, once for each element of this, multiplied by it, side by side.
    ///
    /// # Errors
    /// If the result is larger than memory, or the variables are on different tapes.
    pub fn kron(&self, other: &Var<T>) -> Result<Var<T>> {
        plan::kron(self, other)
    }
}
