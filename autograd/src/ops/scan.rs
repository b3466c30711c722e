//! Running results of any associative operation, by doubling (Hillis and Steele, 1986): after the step of length `s` each
//! element is made of the `2s` before it, itself included.

use crate::Var;
use etude_tensor::{Float, Result, axis_index};

/// `yᵢ = both(… both(x₀, x₁) …, xᵢ)` along `axis`. Differentiable as often as `both` is.
pub(super) fn scan<T: Float>(
    op: &str,
    x: &Var<T>,
    axis: isize,
    both: fn(&Var<T>, &Var<T>) -> Result<Var<T>>,
) -> Result<Var<T>> {
    x.tape().check_live(op, x)?;
    let size = x.shape()[axis_index(op, axis, x.rank())?];
    let (mut y, mut step) = (x.clone(), 1);
    while step < size {
        let rest = size - step;
        let further = both(&y.narrow(axis, 0, rest)?, &y.narrow(axis, step, rest)?)?;
        y = Var::concat(&[y.narrow(axis, 0, step)?, further], axis)?;
        step *= 2;
    }
    Ok(y)
}
