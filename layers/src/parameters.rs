//! How layers make their parameters, use them, and check inputs against them.

use etude_autograd::{Initializer, Param, Size, Tape, Var};
use etude_tensor::{Error, Float, Result, Rng};

/// A parameter whose values will be drawn when its shape is known, of which `sizes` says what is known already. Its seed is drawn
/// now, so that the values don't depend on the order of the first calls.
pub(crate) fn param<T: Float>(
    initializer: impl Initializer + 'static,
    sizes: &[Size],
    trainable: bool,
    rng: &mut Rng,
) -> Param<T> {
    let mut param = Param::lazy(initializer, rng.next_u64()).of_shape(sizes);
    param.set_trainable(trainable);
    param
}

/// A parameter of a shape that is known, its values drawn now. What goes wrong is said of the parameter's `name`.
pub(crate) fn drawn_param<T: Float>(
    name: &str,
    initializer: impl Initializer + 'static,
    shape: &[usize],
    trainable: bool,
    rng: &mut Rng,
) -> Result<Param<T>> {
    let sizes: Vec<Size> = shape.iter().map(|&size| size.into()).collect();
    let param = param(initializer, &sizes, trainable, rng);
    build(name, &param, shape)?;
    Ok(param)
}

/// [`param`] for one that a configuration may leave out. One that is absent takes no seed.
pub(crate) fn optional_param<T: Float>(
    present: bool,
    initializer: impl Initializer + 'static,
    sizes: &[Size],
    trainable: bool,
    rng: &mut Rng,
) -> Option<Param<T>> {
    present.then(|| param(initializer, sizes, trainable, rng))
}

/// Draws the values of a parameter, if they aren't there. What goes wrong is said of the parameter's `name`.
pub(crate) fn build<'a, T: Float>(
    name: &str,
    param: impl Into<Option<&'a Param<T>>>,
    shape: &[usize],
) -> Result<()> {
    match param.into() {
        Some(param) => {
            let built = param.build(shape).map_err(|err| err.in_layer(name));
            built.map(|_| ())
        }
        None => Ok(()),
    }
}

/// The leaf of a parameter that may be absent.
pub(crate) fn leaf<T: Float>(tape: &Tape<T>, param: &Option<Param<T>>) -> Result<Option<Var<T>>> {
    param.as_ref().map(|param| tape.param(param)).transpose()
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
    check_size_along(who, made_for(weight, weight_axis), channels, input)
}

/// The size along an axis of a parameter's value, if it is there: what the layer was made for.
pub(crate) fn made_for<T: Float>(param: &Param<T>, axis: usize) -> Option<usize> {
    param.value().ok()?.shape().get(axis).copied()
}

/// Refuses an input whose number of channels isn't the one that the layer was made for, if it has been made.
pub(crate) fn check_size_along(
    who: &str,
    made_for: Option<usize>,
    channels: usize,
    input: &[usize],
) -> Result<()> {
    match made_for {
        Some(expected) if expected != channels => Err(Error::shape(
            who,
            format!(
                "expects {expected} input channels, got {channels} in an input of shape {input:?}"
            ),
        )),
        _ => Ok(()),
    }
}

/// An error inside a layer, with the name of the part where it arose.
pub(crate) fn inside<R>(name: &str, result: Result<R>) -> Result<R> {
    result.map_err(|err| err.in_layer(name))
}
