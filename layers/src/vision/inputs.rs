//! What the layers of this room are called with: images, and sequences of tokens.

use crate::parameters::made_for;
use etude_autograd::{Param, Var};
use etude_tensor::{Error, Float, Result, Shape, Tensor};

/// Zeros of this shape, in the memory of a single one: what a layer of a known input size is built by.
///
/// # Errors
/// If memory couldn't hold it: the layer may copy it.
pub(super) fn example<T: Float>(shape: &[usize]) -> Result<Tensor<T>> {
    Shape::new(shape).check_fits("an input", size_of::<T>())?;
    Tensor::zeros([]).broadcast_to(shape)
}

/// The sizes of an image `[batch, height, width, channels]` that has channels.
///
/// # Errors
/// If `x` has another rank, or no channels.
pub(super) fn image<T: Float>(who: &str, x: &Var<T>) -> Result<[usize; 4]> {
    match *x.shape() {
        [batch, height, width, channels] if channels > 0 => Ok([batch, height, width, channels]),
        _ => Err(misfit(who, "an image [b, height, width, channels]", x)),
    }
}

/// The sizes of a sequence `[batch, tokens, channels]`.
///
/// # Errors
/// If `x` has another rank.
pub(super) fn tokens<T: Float>(who: &str, x: &Var<T>) -> Result<[usize; 3]> {
    let sizes = x.shape().try_into();
    sizes.map_err(|_| misfit(who, "a sequence [b, tokens, channels]", x))
}

/// The last size of an input `[..., channels]` of rank 2 or more.
///
/// # Errors
/// If `x` has a lower rank.
pub(super) fn channels<T: Float>(who: &str, x: &Var<T>) -> Result<usize> {
    match *x.shape() {
        [_, .., channels] => Ok(channels),
        _ => Err(misfit(who, "an input [..., channels] of rank 2 or more", x)),
    }
}

#[cold]
fn misfit<T: Float>(who: &str, expected: &str, x: &Var<T>) -> Error {
    Error::shape(who, format!("expects {expected}, got {:?}", x.shape()))
}

/// The side `s` of the square image in a sequence of a class token and `s²` image tokens.
///
/// # Errors
/// If there is no such `s` of 1 or more.
pub(super) fn side_behind_class_token(who: &str, tokens: usize) -> Result<usize> {
    let image = tokens.saturating_sub(1);
    let side = image.isqrt();
    if side == 0 || side * side != image {
        let message = format!(
            "{tokens} tokens; expected a class token and a square number of image tokens, such as 1 + 14·14"
        );
        return Err(Error::shape(who, message));
    }
    Ok(side)
}

/// Refuses an input with another number of tokens than `weight` was made for, which counts them along its first axis.
pub(super) fn check_tokens<T: Float>(
    who: &str,
    weight: &Param<T>,
    tokens: usize,
    input: &[usize],
) -> Result<()> {
    match made_for(weight, 0) {
        Some(expected) if expected != tokens => {
            let message =
                format!("expects {expected} tokens, got {tokens} in an input of shape {input:?}");
            Err(Error::shape(who, message))
        }
        _ => Ok(()),
    }
}

/// Refuses a kernel size of 0 or one that has no centre.
pub(super) fn check_odd(who: &str, key: &str, size: usize) -> Result<()> {
    if size.is_multiple_of(2) {
        let message = format!("{key} is {size}; expected an odd number");
        return Err(Error::config(who, message));
    }
    Ok(())
}
