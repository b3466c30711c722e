//! The blocked local self-attention of HaloNet.

use super::blocks::{blocks, image_of_blocks};
use super::inputs::image;
use super::position::Position;
use super::positional_attention::{Heads, layer_with_scores, positional_attention_config, project};
use super::start::normal;
use crate::Module;
use crate::config::Initializer;
use crate::config::defaults::{check_rate, check_size};
use crate::parameters::{build, check_channels, optional_param, param};
use etude_autograd::{Param, Var};
use etude_tensor::kernels::conv::ConvGeometry;
use etude_tensor::{Error, Float, Result, Rng, Shape};

const WHO: &str = "halo_attention";

positional_attention_config! {
    /// The configuration of a [`HaloAttention`].
    pub struct HaloAttentionConfig {
        /// The side of a block of queries.
        #[default = 2]
        pub block_size: usize,
        /// How far a block sees beyond its own border.
        #[default = 1]
        pub halo_size: usize,
        /// How many channels go in; from the first input if absent.
        pub input_size: Option<usize>,
    }
}

impl HaloAttentionConfig {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If a size other than the halo's is 0, or `attn_dropout` is outside `[0, 1)`.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<HaloAttention<T>> {
        self.check()?;
        check_size(WHO, "block_size", self.block_size)?;
        let (xavier, trainable) = (Initializer::Xavier, self.trainable);
        let deviation = (self.key_dim as f64).sqrt().recip();
        let (all, out) = self.widths();
        let query = ["channels".into(), all.into()];
        let key_value = ["channels".into(), all.saturating_mul(2).into()];
        let output = [all.into(), out.into()];
        let zeros = Initializer::Zeros;
        let distances = Position::Relative.table(self.window());
        let table = [self.key_dim.into(), distances.into()];
        let layer = HaloAttention {
            query: param(xavier, &query, trainable, rng),
            key_value: param(xavier, &key_value, trainable, rng),
            output_weight: optional_param(self.out_weight, xavier, &output, trainable, rng),
            output_bias: optional_param(self.out_bias, zeros, &output[1..], trainable, rng),
            r_width: param(normal(deviation), &table, trainable, rng),
            r_height: param(normal(deviation), &table, trainable, rng),
            config: self.clone(),
        };
        if let Some(channels) = self.input_size {
            check_size(WHO, "input_size", channels)?;
            layer.make(channels)?;
        }
        Ok(layer)
    }

    /// The side of the window that a block sees.
    fn window(&self) -> usize {
        self.halo_size
            .saturating_mul(2)
            .saturating_add(self.block_size)
    }
}

/// Blocked local self-attention (Vaswani et al., *Scaling Local Self-Attention for Parameter Efficient Visual Backbones*, 2021): the image is cut into
/// blocks of `block_size` on a side, and each block of queries sees its own positions and a halo around them, a window of
/// `P = block_size + 2·halo_size` on a side. With `d = key_dim`, `E = num_heads·d`, for each head
///
/// ```text
/// q = (x · query) / √d     [k, v] = pad(x · key_value, halo_size)
/// logit((a, c), (p, r)) = q·k + q·r_width[:, r − c + P − 1] + q·r_height[:, p − a + P − 1]
/// output = concat(softmax(logit) · v) · output_weight + output_bias
/// ```
///
/// for the query `(a, c)` of a block and the key `(p, r)` of its window. Beyond the image keys and values are 0; they aren't masked, the
/// position term is their logit. Head `n` has columns `n·d …` of the queries and columns `2n·d …` of `key_value`, the key before the value.
///
/// Time and memory grow with the number of blocks: the windows, which overlap, are copied once, keys and values together.
///
/// | parameter | shape |
/// |---|---|
/// | `query`, `key_value` | `[C, E]`, `[C, 2E]` |
/// | `output_weight` | `[E, out_shape]`, absent without `out_weight` |
/// | `output_bias` | `[out_shape]`, absent without `out_bias` |
/// | `r_width`, `r_height` | `[d, 2P − 1]` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::HaloAttentionConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let layer = HaloAttentionConfig::new().init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = layer.forward(&tape.input(Tensor::ones([1, 14, 16, 256])))?;
/// assert_eq!(y.shape(), [1, 14, 16, 512]);
/// assert_eq!(layer.query.value()?.shape(), [256, 512]);
/// assert_eq!(layer.key_value.value()?.shape(), [256, 1024]);
/// assert_eq!(layer.r_width.value()?.shape(), [128, 7]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct HaloAttention<T: Float = f32> {
    /// Makes the queries.
    pub query: Param<T>,
    /// Makes keys and values.
    pub key_value: Param<T>,
    /// Mixes the heads.
    pub output_weight: Option<Param<T>>,
    /// What is added last.
    pub output_bias: Option<Param<T>>,
    /// What a query thinks of a key's column.
    pub r_width: Param<T>,
    /// What a query thinks of a key's row.
    pub r_height: Param<T>,
    #[module(skip)]
    config: HaloAttentionConfig,
}

impl<T: Float> HaloAttention<T> {
    /// `x [b, H, W, C]` → `[b, H, W, out_shape]`.
    ///
    /// # Errors
    /// If `x` has another rank, another number of channels than the layer was made for, or a height or width that isn't a
    /// multiple of `block_size`.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let heads = self.heads(x)?.attend(self.config.attn_dropout)?;
        self.finish(&heads)
    }

    /// [`forward`](HaloAttention::forward) that also gives the weights after the softmax (and dropout), `[b, num_heads, H/s, W/s, s², P²]` with
    /// `s = block_size`: for each block a row for each query, `(a, c)` at `a·s + c`, and a column for each key, `(p, r)` at `p·P + r`.
    ///
    /// # Errors
    /// As [`forward`](HaloAttention::forward).
    pub fn forward_with_scores(&self, x: &Var<T>) -> Result<(Var<T>, Var<T>)> {
        let heads = self.heads(x)?;
        let (heads, scores) = heads.attend_with_weights(self.config.attn_dropout)?;
        Ok((self.finish(&heads)?, scores))
    }

    /// For each head and block the queries, scaled, the keys and values of its window, and the position term.
    fn heads(&self, x: &Var<T>) -> Result<Heads<T>> {
        let [batch, height, width, channels] = image(WHO, x)?;
        let HaloAttentionConfig {
            num_heads,
            key_dim,
            block_size,
            halo_size,
            ..
        } = self.config;
        check_channels(WHO, &self.query, 0, channels, x.shape())?;
        if [height, width]
            .iter()
            .any(|size| !size.is_multiple_of(block_size))
        {
            let message = format!(
                "block_size {block_size} doesn't divide height and width of an input of shape {:?}; expected multiples of it",
                x.shape()
            );
            return Err(Error::shape(WHO, message));
        }
        self.make(channels)?;
        let tape = x.tape();

        let query = x.matmul(&tape.param(&self.query)?)?;
        let query = query.mul_scalar((key_dim as f64).sqrt().recip())?;
        let query = blocks(&query, block_size, num_heads)?;
        let [grid_height, grid_width] = [height, width].map(|size| size / block_size);
        let leading = [batch, num_heads, grid_height, grid_width];
        let square = [block_size, block_size, key_dim];
        let position = Position::Relative.logits(
            &query.reshape([&leading[..], &square].concat())?,
            &tape.param(&self.r_height)?,
            &tape.param(&self.r_width)?,
        )?;

        let window = self.config.window();
        let mut geometry = ConvGeometry::new(2);
        geometry.stride.fill(block_size);
        geometry.padding.fill((halo_size, halo_size));
        let key_value = x.matmul(&tape.param(&self.key_value)?)?;
        let blocks = grid_height.saturating_mul(grid_width);
        let positions = window.saturating_mul(window);
        let copied = [batch, blocks, positions, key_value.shape()[3]];
        Shape::new(&copied).check_fits(WHO, size_of::<T>())?;
        let key_value = key_value.reshape([batch, height, width, num_heads, 2 * key_dim])?;
        // Keys and values are parted while they are an image: parted windows would be put together again on the way back.
        // The windows are a view; bringing the positions of each together is the one copy.
        let windows = |first: usize| -> Result<Var<T>> {
            let image = key_value.narrow(-1, first, key_dim)?;
            let image = image.reshape([batch, height, width, num_heads * key_dim])?;
            let windows = image.unfold([window, window], &geometry)?.reshape([
                batch,
                grid_height,
                grid_width,
                window * window,
                num_heads,
                key_dim,
            ])?;
            windows.permute([0, 4, 1, 2, 3, 5])
        };
        Ok(Heads {
            query,
            key: windows(0)?,
            value: windows(key_dim)?,
            position,
        })
    }

    /// The heads side by side, the blocks back in the image, through the output projection.
    fn finish(&self, heads: &Var<T>) -> Result<Var<T>> {
        let y = image_of_blocks(heads, self.config.block_size)?;
        project(&y, &self.output_weight, &self.output_bias)
    }

    /// Draws the parameters, if they aren't there.
    fn make(&self, channels: usize) -> Result<()> {
        let (all, out) = self.config.widths();
        let key_dim = self.config.key_dim;
        let distances = Position::Relative.table(self.config.window());
        build("query", &self.query, &[channels, all])?;
        build(
            "key_value",
            &self.key_value,
            &[channels, all.saturating_mul(2)],
        )?;
        build("output_weight", self.output_weight.as_ref(), &[all, out])?;
        build("output_bias", self.output_bias.as_ref(), &[out])?;
        build("r_width", &self.r_width, &[key_dim, distances])?;
        build("r_height", &self.r_height, &[key_dim, distances])
    }
}

layer_with_scores!(HaloAttention);

#[cfg(test)]
mod dense;

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    fn layer(config: HaloAttentionConfig) -> HaloAttention<f64> {
        config
            .num_heads(2)
            .key_dim(3)
            .input_size(5)
            .init(&mut Rng::seed(1))
            .unwrap()
    }

    fn largest(x: &Tensor<f64>) -> f64 {
        x.abs().max(..).unwrap().item().unwrap()
    }

    #[test]
    fn the_scores_are_weights_of_each_window() -> Result<()> {
        let layer = layer(
            HaloAttentionConfig::new()
                .attn_dropout(0.5)
                .out_weight(false)
                .out_bias(true),
        );
        let x = Tensor::randn([1, 4, 6, 5], &mut Rng::seed(2));
        let (y, scores) = layer.forward_with_scores(&Tape::inference().input(x.clone()))?;
        assert_eq!(y.shape(), [1, 4, 6, 6]);
        assert_eq!(scores.shape(), [1, 2, 2, 3, 4, 16]);
        let sums = scores.sum(-1)?.tensor().to_vec();
        assert!(sums.iter().all(|sum| (sum - 1.0).abs() < 1e-14));
        let with = layer
            .forward_with_scores(&Tape::training(5).input(x.clone()))?
            .0;
        let without = layer.forward(&Tape::training(5).input(x))?;
        assert!(largest(&with.tensor().try_sub(without.tensor())?) < 1e-13);
        Ok(())
    }

    #[test]
    fn wrong_sizes_are_told_what_fits() {
        let layer = layer(HaloAttentionConfig::new());
        let message = |shape: &[usize]| {
            let x = Tape::inference().input(Tensor::zeros(shape));
            layer.forward(&x).unwrap_err().to_string()
        };
        assert_eq!(
            message(&[1, 4, 5, 5]),
            "halo_attention: block_size 2 doesn't divide height and width of an input of shape [1, 4, 5, 5]; expected multiples of it"
        );
        assert_eq!(
            message(&[1, 4, 4, 6]),
            "halo_attention: expects 5 input channels, got 6 in an input of shape [1, 4, 4, 6]"
        );
        let refused = HaloAttentionConfig::new()
            .attn_dropout(1.0)
            .init::<f64>(&mut Rng::seed(1));
        assert_eq!(
            refused.unwrap_err().to_string(),
            "halo_attention: attn_dropout is 1; expected a rate from 0 to below 1"
        );
    }
}
