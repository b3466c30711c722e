//! The contextual attention of CoTNet.

use super::inputs::{check_odd, example, image};
use super::kernel::{Kernel, centred};
use super::start::he_fan_out;
use super::{BatchNormActivation, BatchNormActivationConfig};
use crate::config::Activation;
use crate::config::defaults::check_size;
use crate::parameters::{check_channels, inside};
use crate::unary::unary_layer;
use crate::{Argument, GroupNorm, GroupNormConfig, Layer, Module, Signature};
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Axes, Error, Float, Result, Rng};

const WHO: &str = "cot_attention";
const SIGNATURE: Signature = Signature::new("CotAttention", &[Argument::float("x")], &["output"]);

/// How many consecutive pieces of the channels share a local kernel.
const SHARED: usize = 8;

/// The configuration of a [`CotAttention`].
#[config]
pub struct CotAttentionConfig {
    /// The side of both contexts' windows, odd.
    #[default = 3]
    pub kernel_size: usize,
    /// What stands behind the normalisations, the two of the values aside.
    #[default = Some(Activation::Relu)]
    pub activation: Option<Activation>,
    /// How many channels go in; from the first input if absent.
    pub input_size: Option<usize>,
    /// Whether the parameters are trained.
    #[default = true]
    pub trainable: bool,
}

impl CotAttentionConfig {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If `kernel_size` is even, or `input_size` isn't a multiple of 8.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<CotAttention<T>> {
        check_odd(WHO, "kernel_size", self.kernel_size)?;
        let trainable = self.trainable;
        let activation = self.activation.unwrap_or(Activation::Linear);
        let norm = |activation: Activation, rng: &mut Rng| {
            let config = BatchNormActivationConfig::new().activation(activation);
            config.trainable(trainable).init(rng)
        };
        let conv = |bias: bool, rng: &mut Rng| Kernel::new(he_fan_out, bias, trainable, rng);
        let taps = self.kernel_size.saturating_mul(self.kernel_size);
        let group_norm = GroupNormConfig::new().epsilon(1e-5).trainable(trainable);
        let layer = CotAttention {
            key_conv: conv(false, rng),
            key_bn: norm(activation, rng)?,
            embed_ww_1_conv: conv(false, rng),
            embed_ww_1_bn: norm(activation, rng)?,
            embed_ww_2_conv: conv(true, rng),
            embed_ww_group_norm: group_norm.init(rng)?.in_groups_of(taps),
            embed_1_conv: conv(false, rng),
            embed_1_bn: norm(Activation::Linear, rng)?,
            embed_2_bn: norm(Activation::Swish, rng)?,
            attn_se_1_conv: conv(true, rng),
            attn_se_bn: norm(activation, rng)?,
            attn_se_2_conv: conv(true, rng),
            config: self.clone(),
        };
        if let Some(channels) = self.input_size {
            check_size(WHO, "input_size", channels)?;
            layer.build(&example(&[1, 1, 1, channels])?)?;
        }
        Ok(layer)
    }
}

/// Contextual attention (Li et al., *Contextual Transformer Networks for Visual Recognition*, 2021): a static context, from a grouped convolution of the
/// neighbours (the key); a dynamic one, from a local convolution whose kernel is computed at every position from input and key; and a
/// soft choice between the two. With `k = kernel_size`, `M = C/8`, `act` the activation and `BN` batch normalisation:
///
/// ```text
/// key = act(key_bn(key_conv(x)))                                                   4 groups
/// w = group_norm(embed_ww_2_conv(act(embed_ww_1_bn(embed_ww_1_conv([x, key])))))   M groups of k² channels
/// e = pad(embed_1_bn(embed_1_conv(x)))
/// u[i, j, r·M + m] = Σ_{s,t < k} e[i + s, j + t, r·M + m] · w[i, j, m·k² + s·k + t]
/// u = swish(embed_2_bn(u))
/// g = attn_se_2_conv(act(attn_se_bn(attn_se_1_conv(mean of u + key))))
/// (α_c, β_c) = softmax(g[2c], g[2c + 1])
/// output = α · u + β · key
/// ```
///
/// Windows are padded to keep the size. With `S = max(⌊C/2⌋, 32)`:
///
/// | parameter | shape |
/// |---|---|
/// | `key_conv.weight`; `key_bn.*` | `[k, k, C/4, C]`; `[C]` |
/// | `embed_ww_1_conv.weight`; `embed_ww_1_bn.*` | `[1, 1, 2C, C/2]`; `[C/2]` |
/// | `embed_ww_2_conv.weight`, `.bias` | `[1, 1, C/2, k²·M]`, `[k²·M]` |
/// | `embed_ww_group_norm.gamma`, `.beta` | `[k²·M]` |
/// | `embed_1_conv.weight`; `embed_1_bn.*`, `embed_2_bn.*` | `[1, 1, C, C]`; `[C]` |
/// | `attn_se_1_conv.weight`, `.bias`; `attn_se_bn.*` | `[1, 1, C, S]`, `[S]`; `[S]` |
/// | `attn_se_2_conv.weight`, `.bias` | `[1, 1, S, 2C]`, `[2C]` |
///
/// ```
/// use etude_autograd::{Module, Tape};
/// use etude_layers::CotAttentionConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let layer = CotAttentionConfig::new().kernel_size(3).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = layer.forward(&tape.input(Tensor::ones([1, 28, 28, 192])))?;
/// assert_eq!(y.shape(), [1, 28, 28, 192]);
/// let shapes = layer.state_dict()?;
/// assert_eq!(shapes["key_conv.weight"].shape(), [3, 3, 48, 192]);
/// assert_eq!(shapes["embed_ww_2_conv.weight"].shape(), [1, 1, 96, 216]);
/// assert_eq!(shapes["attn_se_2_conv.weight"].shape(), [1, 1, 96, 384]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct CotAttention<T: Float = f32> {
    key_conv: Kernel<T>,
    key_bn: BatchNormActivation<T>,
    embed_ww_1_conv: Kernel<T>,
    embed_ww_1_bn: BatchNormActivation<T>,
    embed_ww_2_conv: Kernel<T>,
    embed_ww_group_norm: GroupNorm<T>,
    embed_1_conv: Kernel<T>,
    embed_1_bn: BatchNormActivation<T>,
    embed_2_bn: BatchNormActivation<T>,
    attn_se_1_conv: Kernel<T>,
    attn_se_bn: BatchNormActivation<T>,
    attn_se_2_conv: Kernel<T>,
    #[module(skip)]
    config: CotAttentionConfig,
}

impl<T: Float> CotAttention<T> {
    /// `x [b, h, w, C]` → the same shape.
    ///
    /// # Errors
    /// If `x` has another rank, or a number of channels that isn't a multiple of 8 or another one than the layer was made for.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let [_, _, _, channels] = image(WHO, x)?;
        check_channels(WHO, &self.key_conv.weight, 3, channels, x.shape())?;
        if !channels.is_multiple_of(SHARED) {
            let message = format!("{channels} input channels; expected a multiple of {SHARED}");
            return Err(Error::shape(WHO, message));
        }
        let key = self.static_context(x, channels)?;
        let u = self.dynamic_context(x, &key, channels)?;
        self.choose(&u, &key, channels)
    }

    /// `key`: what stands around each position.
    fn static_context(&self, x: &Var<T>, channels: usize) -> Result<Var<T>> {
        let size = self.config.kernel_size;
        let key = self.key_conv.conv(x, size, channels, &centred(size, 1, 4));
        inside("key_bn", self.key_bn.forward(&inside("key_conv", key)?))
    }

    /// `u`: the values around each position, weighted by what input and key say there.
    fn dynamic_context(&self, x: &Var<T>, key: &Var<T>, channels: usize) -> Result<Var<T>> {
        let size = self.config.kernel_size;
        let both = Var::concat(&[x, key], -1)?;
        let w = inside(
            "embed_ww_1_conv",
            self.embed_ww_1_conv.pointwise(&both, channels / 2),
        )?;
        let w = inside("embed_ww_1_bn", self.embed_ww_1_bn.forward(&w))?;
        let weights = (channels / SHARED)
            .saturating_mul(size)
            .saturating_mul(size);
        let w = inside(
            "embed_ww_2_conv",
            self.embed_ww_2_conv.pointwise(&w, weights),
        )?;
        let w = inside(
            "embed_ww_group_norm",
            self.embed_ww_group_norm.forward(&w, None),
        )?;

        let e = inside("embed_1_conv", self.embed_1_conv.pointwise(x, channels))?;
        let e = inside("embed_1_bn", self.embed_1_bn.forward(&e))?;
        let u = local_convolution(&e, &w, size)?;
        inside("embed_2_bn", self.embed_2_bn.forward(&u))
    }

    /// `α · u + β · key`, channel by channel.
    fn choose(&self, u: &Var<T>, key: &Var<T>, channels: usize) -> Result<Var<T>> {
        let means = u.try_add(key)?.mean(Axes::from([1, 2]).keepdims())?;
        let squeezed = Ord::max(channels / 2, 32);
        let g = inside(
            "attn_se_1_conv",
            self.attn_se_1_conv.pointwise(&means, squeezed),
        )?;
        let g = inside("attn_se_bn", self.attn_se_bn.forward(&g))?;
        let g = inside(
            "attn_se_2_conv",
            self.attn_se_2_conv.pointwise(&g, 2 * channels),
        )?;
        let shares = g.reshape([u.shape()[0], 1, 1, channels, 2])?.softmax(-1)?;
        let (alpha, beta) = (shares.select(-1, 0)?, shares.select(-1, 1)?);
        alpha.try_mul(u)?.try_add(&beta.try_mul(key)?)
    }
}

/// `u[b, i, j, r·M + m] = Σ_{s,t < k} e[b, i + s, j + t, r·M + m] · w[b, i, j, m·k² + s·k + t]`, with `⌊k/2⌋` zeros around `e [b, h, w, 8·M]`, and a kernel `w [b, h, w, M·k²]` of
/// its own at every position. Tap by tap, so that no window is ever copied.
fn local_convolution<T: Float>(e: &Var<T>, w: &Var<T>, size: usize) -> Result<Var<T>> {
    let (batch, height, width, channels) = (e.shape()[0], e.shape()[1], e.shape()[2], e.shape()[3]);
    let kernels = channels / SHARED;
    let border = (size / 2, size / 2);
    let e = e.pad([(0, 0), border, border, (0, 0)], 0.0)?;
    let e = e.reshape([batch, height + size - 1, width + size - 1, SHARED, kernels])?;
    let w = w.reshape([batch, height, width, 1, kernels, size * size])?;
    let mut u: Option<Var<T>> = None;
    for s in 0..size {
        for t in 0..size {
            let values = e.narrow(1, s, height)?.narrow(2, t, width)?;
            let term = values.try_mul(&w.select(-1, (s * size + t) as isize)?)?;
            u = Some(match u {
                None => term,
                Some(u) => u.try_add(&term)?,
            });
        }
    }
    let u = u.expect("a kernel has at least one tap");
    u.reshape([batch, height, width, channels])
}

unary_layer!([] CotAttention<T>, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn one_kernel_everywhere_is_a_convolution() -> Result<()> {
        let tape = Tape::inference();
        let (kernels, size) = (2, 3);
        let e = tape.input(Tensor::<f64>::randn([2, 4, 5, 16], &mut Rng::seed(1)));
        let w = tape.input(Tensor::<f64>::randn(
            [kernels * size * size],
            &mut Rng::seed(2),
        ));
        let u = local_convolution(&e, &w.broadcast_to([2, 4, 5, 18])?, size)?;
        // [m, s, t] → a depthwise kernel [s, t, 1, r·M + m]
        let kernel = w
            .reshape([kernels, size, size])?
            .permute([1, 2, 0])?
            .unsqueeze(2)?;
        let kernel = Var::concat(&[&kernel; SHARED], -1)?;
        let expected = e.conv(&kernel, None, &centred(size, 1, 16))?;
        let apart = u
            .tensor()
            .try_sub(expected.tensor())?
            .abs()
            .max(..)?
            .item()?;
        assert!(apart < 1e-13, "{apart}");
        Ok(())
    }

    #[test]
    fn the_group_norm_has_groups_of_a_window() -> Result<()> {
        let layer: CotAttention<f64> = CotAttentionConfig::new()
            .input_size(16)
            .init(&mut Rng::seed(1))?;
        let x = Tape::inference().input(Tensor::randn([1, 2, 2, 18], &mut Rng::seed(2)));
        let y = layer.embed_ww_group_norm.forward(&x, None)?;
        let y = y.tensor().reshape([4, 2, 9])?;
        assert!(y.mean([0, 2])?.abs().max(..)?.item()? < 1e-14);
        Ok(())
    }

    #[test]
    fn wrong_sizes_are_told_what_fits() -> Result<()> {
        let refused = CotAttentionConfig::new()
            .kernel_size(2)
            .init::<f64>(&mut Rng::seed(1));
        assert_eq!(
            refused.unwrap_err().to_string(),
            "cot_attention: kernel_size is 2; expected an odd number"
        );
        let layer: CotAttention<f64> = CotAttentionConfig::new().init(&mut Rng::seed(1))?;
        let message = |shape: &[usize]| {
            let x = Tape::inference().input(Tensor::zeros(shape));
            layer.forward(&x).unwrap_err().to_string()
        };
        assert_eq!(
            message(&[1, 2, 2, 12]),
            "cot_attention: 12 input channels; expected a multiple of 8"
        );
        layer.build(&Tensor::zeros([1, 2, 2, 8]))?;
        assert_eq!(
            message(&[1, 2, 2, 16]),
            "cot_attention: expects 8 input channels, got 16 in an input of shape [1, 2, 2, 16]"
        );
        Ok(())
    }
}
