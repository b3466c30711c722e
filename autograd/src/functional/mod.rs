//! Derivatives as functions of variables. What they return is recorded, so each can be applied to the results of the others.
//!
//! | function | computes | passes |
//! |---|---|---|
//! | [`grad`](grad()) | `∂y/∂x` for a scalar `y` | one back |
//! | [`value_and_grad`](value_and_grad()) | `f(x)` and its gradient, from plain tensors | one forth, one back |
//! | [`vjp`] | `gyᵀ · ∂y/∂x` | one back |
//! | [`jvp`](jvp()) | `∂y/∂x · v` | two back |
//! | [`program_jvp`] | `f(x)` and `∂f/∂x · v` by dual numbers | one forth |
//! | [`hvp`](hvp()) | `∂²y/∂x² · v` | two back |
//! | [`jacobian`](jacobian()) | `∂y/∂x`, every element by every element | one back for each element of `y` |
//! | [`hessian`](hessian()) | `∂²y/∂x²` | one back, and one for each element of `x` |
//! | [`stop_gradient`](stop_gradient()) | `x`, as a constant | none |

mod grad;
mod hessian;
mod hvp;
mod jacobian;
mod jvp;
mod stop_gradient;
mod value_and_grad;

pub use grad::{grad, vjp};
use grad::{grad_for, vjp_for};
pub use hessian::hessian;
pub use hvp::hvp;
pub use jacobian::jacobian;
pub use jvp::{jvp, program_jvp};
pub use stop_gradient::stop_gradient;
pub use value_and_grad::value_and_grad;

use crate::Var;
use etude_tensor::{Error, Float, Result};

/// `Σᵢ ⟨aᵢ, vᵢ⟩`, for products with a direction `v`, which has one tensor for each of `a`.
fn inner_product<T: Float>(operation: &str, a: &[Var<T>], v: &[&Var<T>]) -> Result<Option<Var<T>>> {
    let mut sum: Option<Var<T>> = None;
    for (a, v) in a.iter().zip(v) {
        debug_assert!(
            a.tensor().same_shape(v.tensor()),
            "{operation} checks the direction"
        );
        let term = a.try_mul(v)?.sum(..)?;
        sum = Some(match sum {
            None => term,
            Some(sum) => sum.try_add(&term)?,
        });
    }
    Ok(sum)
}

/// Refuses a tape that doesn't record: derivatives of derivatives would come out as zero.
fn check_recording<T: Float>(operation: &str, y: &Var<T>) -> Result<()> {
    if y.tape().is_recording() {
        return Ok(());
    }
    Err(Error::graph(
        operation,
        "walks back twice, which takes a tape that records; here it is paused, or doesn't record at all",
    ))
}

/// Refuses a direction that doesn't have one tensor for each variable, of its shape.
fn check_direction<T: Float>(operation: &str, xs: &[&Var<T>], v: &[&Var<T>]) -> Result<()> {
    if xs.len() != v.len() {
        let message = format!(
            "{} tensors as direction for {} variables; expected one for each",
            v.len(),
            xs.len()
        );
        return Err(Error::shape(operation, message));
    }
    for (index, (x, v)) in xs.iter().zip(v).enumerate() {
        if !x.tensor().same_shape(v.tensor()) {
            let message = format!(
                "direction {index} has shape {:?}, but the variable has shape {:?}",
                v.shape(),
                x.shape()
            );
            return Err(Error::shape(operation, message));
        }
    }
    Ok(())
}
