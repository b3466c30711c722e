//! Channels that gate others after mixing the tokens.

use super::inputs::{check_tokens, example, tokens};
use super::start::truncated_normal;
use crate::config::Initializer;
use crate::config::defaults::check_size;
use crate::parameters::{inside, param};
use crate::projection::Projection;
use crate::unary::unary_layer;
use crate::{Argument, Layer, LayerNorm, LayerNormConfig, Module, Signature};
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Error, Float, Result, Rng};

const WHO: &str = "spatial_gating_block";
const SIGNATURE: Signature =
    Signature::new("SpatialGatingBlock", &[Argument::float("x")], &["output"]);

/// The configuration of a [`SpatialGatingBlock`].
#[config]
pub struct SpatialGatingBlockConfig {
    /// Tokens and channels; from the first input if absent.
    pub input_size: Option<[usize; 2]>,
    /// Whether the parameters are trained.
    #[default = true]
    pub trainable: bool,
}

impl SpatialGatingBlockConfig {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If a size is 0, or there is an odd number of channels.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<SpatialGatingBlock<T>> {
        let norm = LayerNormConfig::new()
            .epsilon(1e-5)
            .trainable(self.trainable);
        let square = ["tokens".into(), "tokens".into()];
        let layer = SpatialGatingBlock {
            vv_ln: norm.init(rng)?,
            vv_dense: Projection {
                weight: param(truncated_normal(1e-6), &square, self.trainable, rng),
                bias: Some(param(Initializer::Ones, &square[1..], self.trainable, rng)),
            },
            config: self.clone(),
        };
        if let Some([tokens, channels]) = self.input_size {
            check_size(WHO, "the first entry of input_size", tokens)?;
            check_size(WHO, "the second entry of input_size", channels)?;
            layer.build(&example(&[1, tokens, channels])?)?;
        }
        Ok(layer)
    }
}

/// The spatial gating unit of gMLP (Liu et al., *Pay Attention to MLPs*, 2021): with `u` the first half of the channels and `v` the
/// second,
///
/// ```text
/// output = u · vv_dense(vv_ln(v)ᵀ)ᵀ        ᵀ exchanges tokens and channels
/// ```
///
/// where `vv_ln` is a [`LayerNorm`] over the half's channels with epsilon 1e-5, and `vv_dense` mixes the tokens. It starts with weights
/// near 0 and biases of 1, so that at first `output = u`.
///
/// | parameter | shape |
/// |---|---|
/// | `vv_ln.gamma`, `vv_ln.beta` | `[channels/2]` |
/// | `vv_dense.weight`, `vv_dense.bias` | `[tokens, tokens]`, `[tokens]` |
///
/// ```
/// use etude_autograd::{Module, Tape};
/// use etude_layers::SpatialGatingBlockConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let layer = SpatialGatingBlockConfig::new().init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = layer.forward(&tape.input(Tensor::ones([2, 784, 192])))?;
/// assert_eq!(y.shape(), [2, 784, 96]);
/// assert_eq!(layer.state_dict()?["vv_dense.weight"].shape(), [784, 784]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct SpatialGatingBlock<T: Float = f32> {
    /// Normalises the half that gates.
    pub vv_ln: LayerNorm<T>,
    /// Mixes the tokens.
    pub vv_dense: Projection<T>,
    #[module(skip)]
    config: SpatialGatingBlockConfig,
}

impl<T: Float> SpatialGatingBlock<T> {
    /// `x [b, tokens, channels]` → `[b, tokens, channels/2]`.
    ///
    /// # Errors
    /// If `x` has another rank, an odd number of channels, or other sizes than the layer was made for.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let [_, tokens, channels] = tokens(WHO, x)?;
        check_tokens(WHO, &self.vv_dense.weight, tokens, x.shape())?;
        if !channels.is_multiple_of(2) {
            let message = format!(
                "{channels} channels in an input of shape {:?}; expected an even number, half of which gate the others",
                x.shape()
            );
            return Err(Error::shape(WHO, message));
        }
        let (u, v) = (
            x.narrow(-1, 0, channels / 2)?,
            x.narrow(-1, channels / 2, channels / 2)?,
        );
        let v = inside("vv_ln", self.vv_ln.forward(&v))?;
        let mixed = self.vv_dense.forward(WHO, &v.transpose(1, 2)?, tokens);
        u.try_mul(&inside("vv_dense", mixed)?.transpose(1, 2)?)
    }
}

unary_layer!([] SpatialGatingBlock<T>, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn at_first_it_lets_the_first_half_through() -> Result<()> {
        let layer: SpatialGatingBlock<f64> = SpatialGatingBlockConfig::new()
            .input_size([5, 4])
            .init(&mut Rng::seed(1))?;
        let x = Tensor::randn([2, 5, 4], &mut Rng::seed(2));
        let y = layer.forward(&Tape::inference().input(x.clone()))?;
        let difference = y
            .tensor()
            .try_sub(&x.narrow(-1, 0, 2)?)?
            .abs()
            .max(..)?
            .item()?;
        assert!(difference > 0.0 && difference < 1e-4, "{difference}");
        Ok(())
    }

    #[test]
    fn wrong_sizes_are_told_what_fits() -> Result<()> {
        let layer: SpatialGatingBlock<f64> = SpatialGatingBlockConfig::new()
            .input_size([5, 4])
            .init(&mut Rng::seed(1))?;
        let message = |shape: &[usize]| {
            let x = Tape::inference().input(Tensor::zeros(shape));
            layer.forward(&x).unwrap_err().to_string()
        };
        assert_eq!(
            message(&[1, 5, 3]),
            "spatial_gating_block: 3 channels in an input of shape [1, 5, 3]; expected an even number, half of which gate the others"
        );
        assert_eq!(
            message(&[1, 6, 4]),
            "spatial_gating_block: expects 5 tokens, got 6 in an input of shape [1, 6, 4]"
        );
        Ok(())
    }
}
