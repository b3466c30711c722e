//! What the parameters of a layer start from, handed on to the layers inside it.

use crate::config::Initializer;
pub(super) use crate::parameters::inside;
use crate::{Dense, DenseConfig, LayerNorm, LayerNormConfig};
use etude_tensor::{Error, Float, Result, Rng};

/// The keys `weight_initializer`, `bias_initializer` and `trainable`, which every layer of this room takes.
#[derive(Clone, Copy)]
pub(super) struct Start {
    pub weight: Initializer,
    /// Of no account where there are no biases.
    pub bias: Initializer,
    pub trainable: bool,
}

impl Start {
    /// The configuration of `x · weight + bias`, or of `x · weight` with [`DenseConfig::use_bias`] of false.
    pub fn dense(self, output_size: usize) -> DenseConfig {
        DenseConfig::new(output_size)
            .weight_initializer(self.weight)
            .bias_initializer(self.bias)
            .trainable(self.trainable)
    }

    /// `x · weight`, with the input's size from the first input if it isn't given.
    pub fn product<T: Float>(
        self,
        input_size: Option<usize>,
        output_size: usize,
        rng: &mut Rng,
    ) -> Result<Dense<T>> {
        let mut config = self.dense(output_size).use_bias(false);
        config.input_size = input_size;
        config.init(rng)
    }

    /// `gamma · (x − μ)/√(σ² + epsilon) + beta` over the last axis, which has `size` elements.
    pub fn norm<T: Float>(self, size: usize, epsilon: f64, rng: &mut Rng) -> Result<LayerNorm<T>> {
        LayerNormConfig::new()
            .input_size(size)
            .epsilon(epsilon)
            .trainable(self.trainable)
            .init(rng)
    }
}

/// The features of one head, `size / heads`.
///
/// # Errors
/// If either is 0, or the heads don't divide the size.
pub(super) fn per_head(
    who: &str,
    (size_key, size): (&str, usize),
    (heads_key, heads): (&str, usize),
) -> Result<usize> {
    crate::config::defaults::check_size(who, size_key, size)?;
    crate::config::defaults::check_size(who, heads_key, heads)?;
    if !size.is_multiple_of(heads) {
        let message =
            format!("{heads_key} {heads} doesn't divide {size_key} {size}; expected a divisor");
        return Err(Error::config(who, message));
    }
    Ok(size / heads)
}
