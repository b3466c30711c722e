//! The whole Hessian: the Jacobian of the gradient.

use super::{check_recording, grad_for, jacobian::jacobian_for};
use crate::Var;
use etude_tensor::{Float, Result, Tensor};

/// The Hessian `∂²y/∂x²` of a scalar `y`, of shape `[x.shape..., x.shape...]`. Recorded, so that it can be differentiated
/// further. Where only its product with a vector is wanted, [`hvp`](crate::hvp()) costs two walks back instead of one for each
/// element.
///
/// ```
/// use etude_autograd::{Tape, hessian};
/// use etude_tensor::Tensor;
///
/// let tape = Tape::new();
/// let x = tape.var(Tensor::from([3.0_f64, 5.0]));
/// let (a, b) = (x.select(0, 0)?, x.select(0, 1)?);
/// let y = &a * &a * &b;
/// assert_eq!(hessian(&y, &x)?.tensor(), &Tensor::from([[10.0, 6.0], [6.0, 0.0]])); // [[2b, 2a], [2a, 0]]
/// # Ok::<(), etude_tensor::Error>(())
/// ```
///
/// # Errors
/// As [`grad`](crate::grad()), and if the tape is paused.
pub fn hessian<T: Float>(y: &Var<T>, x: &Var<T>) -> Result<Var<T>> {
    check_recording("hessian", y)?;
    let gradient = grad_for("hessian", y, &[x])?.remove(0);
    if gradient.is_tracked() {
        return jacobian_for("hessian", &gradient, x);
    }
    // The gradient is constant: `y` is linear in `x`.
    let shape = [x.shape(), x.shape()].concat();
    Ok(x.tape().input(Tensor::zeros(shape)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Tape, hvp};

    #[test]
    fn its_rows_are_its_products_with_unit_vectors() -> Result<()> {
        let tape = Tape::new();
        let x = tape.var(Tensor::from([0.5_f64, -1.0, 2.0]));
        let y = x.tanh()?.sum(..)?.try_mul(&x.exp()?.sum(..)?)?;
        let h = hessian(&y, &x)?;
        for row in 0..3 {
            let mut unit = vec![0.0; 3];
            unit[row] = 1.0;
            let v = tape.input(Tensor::from_slice([3], &unit)?);
            let product = hvp(&y, &[&x], &[&v])?.remove(0);
            let expected = h.tensor().select(0, row as isize)?;
            for (a, b) in product.tensor().to_vec().into_iter().zip(expected.to_vec()) {
                assert!((a - b).abs() < 1e-12, "row {row}: {a} {b}");
            }
        }
        Ok(())
    }

    #[test]
    fn it_is_zero_for_what_is_linear() -> Result<()> {
        let tape = Tape::new();
        let x = tape.var(Tensor::from([1.0_f64, 2.0]));
        assert_eq!(hessian(&x.sum(..)?, &x)?.tensor(), &Tensor::zeros([2, 2]));
        Ok(())
    }
}
