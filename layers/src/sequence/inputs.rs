//! The sequences that attention is called with.

use etude_autograd::Var;
use etude_tensor::{Error, Float, Result};

/// A sequence `[batch, positions, features]`: its three sizes.
///
/// # Errors
/// If the argument `name` has another rank.
pub(super) fn sequence<T: Float>(who: &str, name: &str, x: &Var<T>) -> Result<[usize; 3]> {
    x.shape().try_into().map_err(|_| {
        let message = format!(
            "{name} has shape {:?}; expected [batch, positions, features]",
            x.shape()
        );
        Error::shape(who, message)
    })
}

/// Where keys and values come from: `data2`, or `data1` again if it is absent.
///
/// # Errors
/// If one isn't a sequence, or they differ in batch or features.
pub(super) fn key_source<'a, T: Float>(
    who: &str,
    data1: &'a Var<T>,
    data2: Option<&'a Var<T>>,
) -> Result<&'a Var<T>> {
    let [batch, _, features] = sequence(who, "data1", data1)?;
    let Some(data2) = data2 else {
        return Ok(data1);
    };
    let [batch2, _, features2] = sequence(who, "data2", data2)?;
    if (batch2, features2) != (batch, features) {
        let message = format!(
            "data2 has shape {:?}, data1 {:?}; expected the same batch and features",
            data2.shape(),
            data1.shape()
        );
        return Err(Error::shape(who, message));
    }
    Ok(data2)
}
