//! A function's value and its gradient at once, from plain tensors to plain tensors.

use crate::{Tape, Var};
use etude_tensor::{Float, Result, Tensor};

/// The value of `f` at `inputs`, which has one element, and its gradient with respect to each of them: for optimizers of one's
/// own and for anything else that wants a gradient and no tape.
///
/// ```
/// use etude_autograd::value_and_grad;
/// use etude_tensor::Tensor;
///
/// // Rosenbrock's valley, which has its minimum at (1, 1).
/// let (value, gradients) = value_and_grad(
///     |x| {
///         let (a, b) = (&x[0], &x[1]);
///         let (along, across) = (1.0 - a, b - a * a);
///         Ok(&along * &along + 100.0 * &across * &across)
///     },
///     &[Tensor::scalar(0.0_f64), Tensor::scalar(0.0)],
/// )?;
/// assert_eq!(value.item()?, 1.0);
/// assert_eq!((gradients[0].item()?, gradients[1].item()?), (-2.0, 0.0));
/// # Ok::<(), etude_tensor::Error>(())
/// ```
///
/// # Errors
/// What `f` reports, and a value with more than one element.
pub fn value_and_grad<T: Float>(
    f: impl FnOnce(&[Var<T>]) -> Result<Var<T>>,
    inputs: &[Tensor<T>],
) -> Result<(Tensor<T>, Vec<Tensor<T>>)> {
    let tape = Tape::new();
    let xs: Vec<Var<T>> = inputs.iter().map(|x| tape.var(x.clone())).collect();
    let y = f(&xs)?;
    if !y.is_tracked() && y.tensor().elements() == 1 {
        // It doesn't depend on the inputs.
        let zeros = inputs.iter().map(|x| Tensor::zeros(x.shape()));
        return Ok((y.into_tensor(), zeros.collect()));
    }
    let gradients = y.backward()?;
    let gradients: Result<Vec<Tensor<T>>> = xs.iter().map(|x| gradients.get(x)).collect();
    Ok((y.into_tensor(), gradients?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_used_has_gradient_zero() -> Result<()> {
        let inputs = [Tensor::from([1.0_f64, 2.0]), Tensor::from([5.0])];
        let (value, gradients) = value_and_grad(|x| x[0].sum(..), &inputs)?;
        assert_eq!(value.item()?, 3.0);
        assert_eq!(
            (gradients[0].to_vec(), gradients[1].to_vec()),
            (vec![1.0; 2], vec![0.0])
        );
        let (_, gradients) = value_and_grad(|x| Ok(x[0].tape().scalar(7.0)), &inputs)?;
        assert_eq!(gradients[0].to_vec(), [0.0, 0.0]);
        Ok(())
    }

    #[test]
    fn a_value_of_several_elements_is_refused() {
        let message = value_and_grad(|x| x[0].tanh(), &[Tensor::from([1.0_f64, 2.0])])
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("backward: expects a loss with one element, got shape [2]"),
            "{message}"
        );
    }
}
