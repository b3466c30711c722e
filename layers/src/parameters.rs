//! How layers make their parameters, and check inputs against them.

use crate::config::Initializer;
use etude_autograd::Param;
use etude_tensor::{Error, Float, Result, Rng};

/// A parameter whose values will be drawn when its shape is known. Its seed is drawn now, so that the values don't depend on
/// the order of the first calls.
pub(crate) fn param<T: Float>(
    initializer: Initializer,
    trainable: bool,
    rng: &mut Rng,
) -> Param<T> {
    let draw = move |shape: &[usize], seed: u64| initializer.draw(shape, seed);
    let mut param = Param::lazy(draw, rng.next_u64());
    param.set_trainable(trainable);
    param
}

/// Refuses an input whose size along an axis isn't the one that the parameter was made for: `weight_axis` is the
/// parameter's axis. A parameter that hasn't been built fits everything.
pub(crate) fn check_channels<T: Float>(
    who: &str,
    weight: &Param<T>,
    weight_axis: usize,
    channels: usize,
    input: &[usize],
) -> Result<()> {
    let built = weight
        .value()
        .ok()
        .and_then(|weight| weight.shape().get(weight_axis));
    match built {
        Some(&expected) if expected != channels => Err(Error::shape(
            who,
            format!(
                "expects {expected} input channels, got {channels} in an input of shape {input:?}"
            ),
        )),
        _ => Ok(()),
    }
}
