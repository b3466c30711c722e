//! A matrix product with a weight, and a bias added: the part of a layer that maps features to features.

use crate::Module;
use crate::config::Initializer;
use crate::parameters::{check_channels, param};
use etude_autograd::{Param, Size, Var};
use etude_tensor::{Float, Result, Rng};

/// `x·weight + bias` for a `weight` `[in, out]`, both sizes known at the first call at the latest.
#[derive(Clone, Debug, Module)]
pub struct Projection<T: Float = f32> {
    /// `[in, out]`.
    pub weight: Param<T>,
    /// `[out]`.
    pub bias: Option<Param<T>>,
}

/// What the parameters of a [`Projection`] start from, and whether they are trained.
#[derive(Clone, Copy)]
pub(crate) struct ProjectionStart {
    pub weight: Initializer,
    /// None for no bias.
    pub bias: Option<Initializer>,
    pub trainable: bool,
}

impl<T: Float> Projection<T> {
    /// One of the sizes `[in, out]`, as far as they are known.
    pub(crate) fn new(start: ProjectionStart, sizes: [Size; 2], rng: &mut Rng) -> Self {
        let trainable = start.trainable;
        Projection {
            weight: param(start.weight, &sizes, trainable, rng),
            bias: start
                .bias
                .map(|bias| param(bias, &sizes[1..], trainable, rng)),
        }
    }

    /// `x [..., in]` → `[..., out]`; `who` is the layer that this is a part of.
    pub(crate) fn forward(&self, who: &str, x: &Var<T>, out: usize) -> Result<Var<T>> {
        let input_size = x.shape().last().copied().unwrap_or(1);
        check_channels(who, &self.weight, 0, input_size, x.shape())?;
        self.build(input_size, out)?;
        let weight = x.tape().param(&self.weight)?;
        match &self.bias {
            Some(bias) => x.affine(&weight, &x.tape().param(bias)?),
            None => x.matmul(&weight),
        }
    }

    /// Draws the parameters, if they aren't there.
    pub(crate) fn build(&self, input_size: usize, out: usize) -> Result<()> {
        self.weight
            .build(&[input_size, out])
            .map_err(|err| err.in_layer("weight"))?;
        if let Some(bias) = &self.bias {
            bias.build(&[out]).map_err(|err| err.in_layer("bias"))?;
        }
        Ok(())
    }
}
