//! Operations with two bodies: one fast kernel, and the same thing composed of differentiable operations.
//!
//! A chain of five operations makes five passes over memory, a fused kernel one; but nothing can differentiate
//! through a kernel. So a fused operation has both bodies side by side, and takes the kernel when nothing in it is
//! being recorded, which is always so in `backward`.

use crate::Var;
use etude_tensor::{Error, Float, Result, Tensor};

/// Runs `fast`, a kernel on plain tensors, if none of the operands is being recorded, and `composed`, the same
/// written with operations on [`Var`]s, otherwise. Both must compute the same.
///
/// [`Tape::prefer_composed`](crate::Tape::prefer_composed) forces the composed body, so that a test can hold the two against each other.
///
/// ```
/// use etude_autograd::{Tape, Var, fused};
/// use etude_tensor::{Float, Result, Tensor, kernels::maps::Binary};
///
/// let tape = Tape::new();
/// // (1 − y²)·gy, the gradient of tanh: one kernel, or operations that can themselves be differentiated.
/// fn tanh_grad<T: Float>(y: &Var<T>, gy: &Var<T>) -> Result<Var<T>> {
///     fused(
///         &[y, gy],
///         || y.tensor().binary(Binary::TanhGrad, gy.tensor()),
///         || y.square()?.try_neg()?.add_scalar(1.0)?.try_mul(gy),
///     )
/// }
///
/// let y = tape.input(Tensor::from([0.5_f64]));
/// let gy = tape.input(Tensor::from([4.0]));
/// assert_eq!(tanh_grad(&y, &gy)?.item()?, 3.0);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
///
/// # Errors
/// What the chosen body reports, and an empty list of operands: the result's tape is theirs.
pub fn fused<T: Float>(
    operands: &[&Var<T>],
    fast: impl FnOnce() -> Result<Tensor<T>>,
    composed: impl FnOnce() -> Result<Var<T>>,
) -> Result<Var<T>> {
    let Some(first) = operands.first() else {
        return Err(Error::graph(
            "fused",
            "needs at least one operand, to know its tape",
        ));
    };
    if runs_composed(operands) {
        composed()
    } else {
        Ok(first.tape().input(fast()?))
    }
}

/// Whether something is being recorded that a kernel would hide, or composed bodies are asked for: the choice of [`fused`], for operations whose kernel
/// gives several results.
pub(crate) fn runs_composed<T: Float>(operands: &[&Var<T>]) -> bool {
    let tracked = |operand: &&Var<T>| operand.tape().is_recording() && operand.is_tracked();
    operands.iter().any(tracked)
        || operands
            .first()
            .is_some_and(|operand| operand.tape().prefers_composed())
}
