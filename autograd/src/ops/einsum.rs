//! Einstein's sum convention: a [contraction](super::contraction).

use super::contraction::check_tapes;
use crate::Var;
use etude_tensor::{Float, Result, plan};

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
}
