//! The Hessian along a direction, without the Hessian.

use super::{check_direction, check_recording, grad_for, inner_product};
use crate::Var;
use etude_tensor::{Float, Result, Tensor};

/// The Hessian-vector products `∂²y/∂x² · v` for a scalar `y`: how its gradient moves as all of `xs` move along `v`
/// (Pearlmutter, 1994). Two walks back, whatever the number of elements.
///
/// ```
/// use etude_autograd::{Tape, hvp};
/// use etude_tensor::Tensor;
///
/// let tape = Tape::new();
/// let x = tape.var(Tensor::from([1.0_f64, 2.0]));
/// let y = (&x * &x * &x).sum(..)?; // Hessian: diag(6x)
/// let v = tape.input(Tensor::from([1.0, 10.0]));
/// assert_eq!(hvp(&y, &[&x], &[&v])?[0].tensor().to_vec(), [6.0, 120.0]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
///
/// # Errors
/// If `v` doesn't have one tensor for each of `xs`, of its shape; if the tape is paused; and as [`grad`](crate::grad()).
pub fn hvp<T: Float>(y: &Var<T>, xs: &[&Var<T>], v: &[&Var<T>]) -> Result<Vec<Var<T>>> {
    check_recording("hvp", y)?;
    check_direction("hvp", xs, v)?;
    let gradients = grad_for("hvp", y, xs)?;
    match inner_product("hvp", &gradients, v)? {
        Some(product) if product.is_tracked() => grad_for("hvp", &product, xs),
        // The gradient is constant: `y` is linear.
        _ => {
            let zero = |x: &&Var<T>| y.tape().input(Tensor::zeros(x.shape()));
            Ok(xs.iter().map(zero).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tape;

    #[test]
    fn mixed_derivatives_count() -> Result<()> {
        let tape = Tape::new();
        let (a, b) = (
            tape.var(Tensor::scalar(2.0_f64)),
            tape.var(Tensor::scalar(5.0)),
        );
        let y = &a * &a * &b; // ∂²: [[2b, 2a], [2a, 0]]
        let (va, vb) = (tape.scalar(1.0), tape.scalar(10.0));
        let products = hvp(&y, &[&a, &b], &[&va, &vb])?;
        assert_eq!((products[0].item()?, products[1].item()?), (50.0, 4.0));
        Ok(())
    }

    #[test]
    fn it_is_zero_for_what_is_linear() -> Result<()> {
        let tape = Tape::new();
        let x = tape.var(Tensor::from([1.0_f64, 2.0]));
        let v = tape.input(Tensor::ones([2]));
        assert_eq!(
            hvp(&x.sum(..)?, &[&x], &[&v])?[0].tensor().to_vec(),
            [0.0, 0.0]
        );
        Ok(())
    }
}
