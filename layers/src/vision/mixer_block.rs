//! The block of MLP-Mixer.

use super::inputs::{check_tokens, example, tokens};
use super::{MlpBlock, MlpBlockConfig};
use crate::config::Activation;
use crate::config::defaults::{check_rate, check_size};
use crate::parameters::inside;
use crate::unary::unary_layer;
use crate::{
    Argument, Layer, LayerNorm, LayerNormConfig, Module, Signature, StochasticDepth,
    StochasticDepthConfig,
};
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Float, Result, Rng};

const WHO: &str = "mixer_block";
const SIGNATURE: Signature = Signature::new("MixerBlock", &[Argument::float("x")], &["output"]);

/// The configuration of a [`MixerBlock`].
#[config]
pub struct MixerBlockConfig {
    /// How many features the tokens are mixed through.
    #[required]
    pub tokens_mlp_dim: usize,
    /// How many features the channels are mixed through.
    #[required]
    pub channels_mlp_dim: usize,
    /// The share of samples for which a branch is dropped in training, from 0 to below 1.
    #[default = 0.0]
    pub drop_rate: f64,
    /// What stands between the two layers of both blocks.
    #[default = Some(Activation::Gelu)]
    pub activation: Option<Activation>,
    /// Tokens and channels; from the first input if absent.
    pub input_size: Option<[usize; 2]>,
    /// Whether the parameters are trained.
    #[default = true]
    pub trainable: bool,
}

impl MixerBlockConfig {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If a size is 0, or `drop_rate` is outside `[0, 1)`.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<MixerBlock<T>> {
        check_size(WHO, "tokens_mlp_dim", self.tokens_mlp_dim)?;
        check_size(WHO, "channels_mlp_dim", self.channels_mlp_dim)?;
        check_rate(WHO, "drop_rate", self.drop_rate)?;
        let norm = LayerNormConfig::new()
            .epsilon(1e-5)
            .trainable(self.trainable);
        let mixing = |width: usize| {
            let mut config = MlpBlockConfig::new(width).trainable(self.trainable);
            config.activation = self.activation;
            config
        };
        let layer = MixerBlock {
            norm_0: norm.init(rng)?,
            norm_1: norm.init(rng)?,
            token_mixing: mixing(self.tokens_mlp_dim).init(rng)?,
            channel_mixing: mixing(self.channels_mlp_dim).init(rng)?,
            drop: StochasticDepthConfig::new(self.drop_rate).init()?,
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

/// The block of MLP-Mixer (Tolstikhin et al., *MLP-Mixer: An all-MLP Architecture for Vision*, 2021): one [`MlpBlock`] mixes the tokens, channel
/// by channel, another one the channels, token by token.
///
/// ```text
/// u = x + drop(token_mixing(norm_0(x)ᵀ)ᵀ)        ᵀ exchanges tokens and channels
/// output = u + drop(channel_mixing(norm_1(u)))
/// ```
///
/// The norms are [`LayerNorm`]s over the channels with epsilon 1e-5; `drop` is [`StochasticDepth`].
///
/// | parameter | shape |
/// |---|---|
/// | `norm_0.gamma`, `norm_0.beta`, `norm_1.gamma`, `norm_1.beta` | `[channels]` |
/// | `token_mixing.dense_0.weight`, `.bias` | `[tokens, tokens_mlp_dim]`, `[tokens_mlp_dim]` |
/// | `token_mixing.dense_1.weight`, `.bias` | `[tokens_mlp_dim, tokens]`, `[tokens]` |
/// | `channel_mixing.dense_0.weight`, `.bias` | `[channels, channels_mlp_dim]`, `[channels_mlp_dim]` |
/// | `channel_mixing.dense_1.weight`, `.bias` | `[channels_mlp_dim, channels]`, `[channels]` |
///
/// ```
/// use etude_autograd::{Module, Tape};
/// use etude_layers::MixerBlockConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let layer = MixerBlockConfig::new(196, 36).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = layer.forward(&tape.input(Tensor::ones([2, 784, 192])))?;
/// assert_eq!(y.shape(), [2, 784, 192]);
/// let shapes = layer.state_dict()?;
/// assert_eq!(shapes["token_mixing.dense_0.weight"].shape(), [784, 196]);
/// assert_eq!(shapes["channel_mixing.dense_0.weight"].shape(), [192, 36]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct MixerBlock<T: Float = f32> {
    /// Before the tokens are mixed.
    pub norm_0: LayerNorm<T>,
    /// Before the channels are mixed.
    pub norm_1: LayerNorm<T>,
    /// Mixes the tokens of each channel.
    pub token_mixing: MlpBlock<T>,
    /// Mixes the channels of each token.
    pub channel_mixing: MlpBlock<T>,
    #[module(skip)]
    drop: StochasticDepth,
    #[module(skip)]
    config: MixerBlockConfig,
}

impl<T: Float> MixerBlock<T> {
    /// `x [b, tokens, channels]` → the same shape.
    ///
    /// # Errors
    /// If `x` has another rank, or other sizes than the layer was made for.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let [_, tokens, _] = tokens(WHO, x)?;
        check_tokens(WHO, &self.token_mixing.dense_0.weight, tokens, x.shape())?;
        let normed = inside("norm_0", self.norm_0.forward(x))?;
        let mixed = self.token_mixing.forward(&normed.transpose(1, 2)?);
        let mixed = inside("token_mixing", mixed)?.transpose(1, 2)?;
        let u = x.try_add(&self.drop.forward(&mixed)?)?;
        let normed = inside("norm_1", self.norm_1.forward(&u))?;
        let mixed = inside("channel_mixing", self.channel_mixing.forward(&normed))?;
        u.try_add(&self.drop.forward(&mixed)?)
    }
}

unary_layer!([] MixerBlock<T>, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    fn block(config: MixerBlockConfig) -> MixerBlock<f64> {
        config.input_size([3, 2]).init(&mut Rng::seed(1)).unwrap()
    }

    #[test]
    fn each_branch_is_dropped_for_whole_samples_by_a_draw_of_its_own() -> Result<()> {
        let layer = block(MixerBlockConfig::new(4, 5).drop_rate(0.5));
        let x = Tensor::<f64>::randn([1, 3, 2], &mut Rng::seed(2)).broadcast_to([64, 3, 2])?;
        let y = layer.forward(&Tape::training(1).input(x))?;
        let mut seen: Vec<Vec<u64>> = Vec::new();
        for sample in y.tensor().to_vec().chunks(6) {
            let bits: Vec<u64> = sample.iter().map(|v| v.to_bits()).collect();
            if !seen.contains(&bits) {
                seen.push(bits);
            }
        }
        assert_eq!(seen.len(), 4, "neither, one, the other, both");
        Ok(())
    }

    #[test]
    fn wrong_sizes_are_told_what_fits() {
        let layer = block(MixerBlockConfig::new(4, 5));
        let message = |shape: &[usize]| {
            let x = Tape::inference().input(Tensor::zeros(shape));
            layer.forward(&x).unwrap_err().to_string()
        };
        assert_eq!(
            message(&[1, 4, 2]),
            "mixer_block: expects 3 tokens, got 4 in an input of shape [1, 4, 2]"
        );
        assert_eq!(
            message(&[3, 2]),
            "mixer_block: expects a sequence [b, tokens, channels], got [3, 2]"
        );
        assert!(message(&[1, 3, 3]).starts_with("layer_norm: 'norm_0' "));
        let refused = MixerBlockConfig::new(4, 5)
            .drop_rate(1.0)
            .init::<f64>(&mut Rng::seed(1));
        assert_eq!(
            refused.unwrap_err().to_string(),
            "mixer_block: drop_rate is 1; expected a rate from 0 to below 1"
        );
    }
}
