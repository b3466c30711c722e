//! Dropping at random: what dropout and stochastic depth have in common.

use etude_autograd::Var;
use etude_tensor::{Error, Float, Result, Rng, Tensor};

/// `y = x · k / (1 − rate)` in training, with `k` drawn independently as 1 with probability `1 − rate`, else 0, in the shape
/// `noise` and broadcast to `x`; in inference, or at rate 0, `x`.
///
/// The draw is keyed by `seed`, or else by the seed of the tape, with the tape's step and the number of the draw in it.
pub(crate) fn drop<T: Float>(
    x: &Var<T>,
    rate: f64,
    noise: &[usize],
    seed: Option<u64>,
) -> Result<Var<T>> {
    if !x.tape().is_training() || rate == 0.0 {
        return Ok(x.clone());
    }
    let key = x.tape().draw_key(seed)?;
    let mut rng = Rng::from_key(key.seed, key.step, key.number);
    let kept = Tensor::bernoulli(noise, 1.0 - rate, &mut rng)?;
    // A choice rather than a product with 0, which would leave NaN what is NaN or infinite.
    x.div_scalar(1.0 - rate)?
        .where_(&kept, &x.tape().scalar(0.0))
}

/// The shape of the draw for an input of shape `x`: each entry of `noise_shape` is none for the input's size, that size, or 1.
pub(crate) fn noise_shape(
    who: &str,
    noise_shape: &[Option<usize>],
    x: &[usize],
) -> Result<Vec<usize>> {
    let sizes = noise_shape
        .iter()
        .zip(x)
        .map(|(noise, &size)| noise.unwrap_or(size));
    let sizes: Vec<usize> = sizes.collect();
    let fits = noise_shape.len() == x.len()
        && sizes
            .iter()
            .zip(x)
            .all(|(&noise, &size)| noise == size || noise == 1);
    if fits {
        return Ok(sizes);
    }
    let entries: Vec<String> = noise_shape
        .iter()
        .map(|entry| entry.map_or("null".into(), |size| size.to_string()))
        .collect();
    Err(Error::shape(
        who,
        format!(
            "noise_shape [{}] doesn't fit an input of shape {x:?}; expected {} entries, each null, 1 or the input's size",
            entries.join(", "),
            x.len()
        ),
    ))
}
