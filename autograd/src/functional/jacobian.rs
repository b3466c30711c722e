//! The whole Jacobian: one walk back for each element of the output.

use super::vjp_for;
use crate::Var;
use etude_tensor::{Float, Result, Tensor};

/// The Jacobian `∂y/∂x`, of shape `[y.shape..., x.shape...]`: for each element of `y` the derivatives by all elements of `x`.
/// Recorded, so that it can be differentiated further.
///
/// For the Jacobian with respect to a parameter, [bind](crate::Tape::bind) a variable to it.
///
/// ```
/// use etude_autograd::{Tape, jacobian};
/// use etude_tensor::Tensor;
///
/// let tape = Tape::new();
/// let x = tape.var(Tensor::from([1.0_f64, 2.0]));
/// let a = tape.input(Tensor::from([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]));
/// let y = a.matmul(&x)?;
/// assert_eq!(jacobian(&y, &x)?.tensor(), a.tensor()); // shape [3, 2]
/// # Ok::<(), etude_tensor::Error>(())
/// ```
///
/// # Errors
/// If `x` is a constant, on another tape, or one of both belongs to a recording that has been spent.
pub fn jacobian<T: Float>(y: &Var<T>, x: &Var<T>) -> Result<Var<T>> {
    jacobian_for("jacobian", y, x)
}

/// [`jacobian`] as a step of the function `op`, which errors then name.
pub(super) fn jacobian_for<T: Float>(op: &str, y: &Var<T>, x: &Var<T>) -> Result<Var<T>> {
    let elements = y.tensor().elements();
    let shape = [y.shape(), x.shape()].concat();
    let mut rows = Vec::with_capacity(elements);
    for element in 0..elements {
        let mut one_hot = vec![T::ZERO; elements];
        one_hot[element] = T::one();
        let gy = y.tape().input(Tensor::from_slice(y.shape(), &one_hot)?);
        rows.push(vjp_for(op, y, &[x], &gy)?.remove(0));
    }
    if rows.is_empty() {
        return Ok(y.tape().input(Tensor::zeros(shape)));
    }
    Var::stack(&rows, 0)?.reshape(shape)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Param, Tape, grad, hessian, hvp, jvp, vjp};

    #[test]
    fn shapes_of_both_stand_behind_each_other() -> Result<()> {
        let tape = Tape::new();
        let x = tape.var(Tensor::from([[1.0_f64, 2.0, 3.0]]));
        let y = x.transpose(0, 1)?.matmul(&x)?; // y[i, j] = x[i]·x[j]
        let j = jacobian(&y, &x)?;
        assert_eq!(j.shape(), [3, 3, 1, 3]);
        assert_eq!(j.tensor().at(&[0, 1, 0, 0])?, 2.0);
        assert_eq!(j.tensor().at(&[0, 1, 0, 1])?, 1.0);
        assert_eq!(j.tensor().at(&[2, 2, 0, 2])?, 6.0);
        assert_eq!(j.tensor().at(&[0, 1, 0, 2])?, 0.0);
        Ok(())
    }

    #[test]
    fn it_can_be_differentiated() -> Result<()> {
        let tape = Tape::new();
        let x = tape.var(Tensor::from([1.0_f64, 2.0]));
        let y = &x * &x * &x;
        let total = jacobian(&y, &x)?.sum(..)?; // Σ 3x²
        assert_eq!(grad(&total, &[&x])?[0].tensor().to_vec(), [6.0, 12.0]);
        Ok(())
    }

    #[test]
    fn through_a_parameter_that_is_bound() -> Result<()> {
        let weight = Param::new(Tensor::from([[1.0_f64, 2.0]]));
        let tape = Tape::new();
        let w = tape.var(weight.value()?.clone());
        tape.bind(&weight, &w)?;
        let y = tape
            .input(Tensor::from([[3.0], [5.0]]))
            .matmul(&tape.param(&weight)?)?;
        let j = jacobian(&y, &w)?;
        assert_eq!(j.shape(), [2, 2, 1, 2]);
        assert_eq!(j.tensor().at(&[1, 0, 0, 0])?, 5.0);
        assert_eq!(j.tensor().at(&[1, 0, 0, 1])?, 0.0);
        Ok(())
    }

    #[test]
    fn nothing_has_an_empty_jacobian_and_constants_have_none() -> Result<()> {
        let tape = Tape::new();
        let x = tape.var(Tensor::from([1.0_f64, 2.0]));
        let empty = x.narrow(0, 0, 0)?;
        assert_eq!(jacobian(&empty, &x)?.shape(), [0, 2]);
        let one = tape.scalar(1.0);
        let constant = "variable 0 (shape []) is a constant; put it on the tape with tape.var(…)";
        let message = |result: Result<Var<f64>>| result.unwrap_err().to_string();
        assert_eq!(message(jacobian(&x, &one)), format!("jacobian: {constant}"));
        let sum = x.sum(..)?;
        assert_eq!(message(hessian(&sum, &one)), format!("hessian: {constant}"));
        assert_eq!(
            message(jvp(&sum, &[&one], &[&one])),
            format!("jvp: {constant}")
        );
        let several = |result: Result<Vec<Var<f64>>>| result.unwrap_err().to_string();
        assert_eq!(
            several(vjp(&sum, &[&one], &one)),
            format!("vjp: {constant}")
        );
        assert_eq!(
            several(hvp(&sum, &[&one], &[&one])),
            format!("hvp: {constant}")
        );
        assert_eq!(several(grad(&sum, &[&one])), format!("grad: {constant}"));
        Ok(())
    }
}
