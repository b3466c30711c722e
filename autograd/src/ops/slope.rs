//! The slopes of piecewise linear functions, as constants.

use crate::Var;
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The factor by which the map that `gradient` belongs to multiplies the gradient at `x`. It is constant between the
/// kinks, so its own derivative is 0, and a constant variable says so.
pub(super) fn slope<T: Float>(x: &Var<T>, gradient: Binary) -> Result<Var<T>> {
    let slope = x.tensor().binary(gradient, &x.tensor().ones_like())?;
    Ok(x.tape().input(slope))
}
