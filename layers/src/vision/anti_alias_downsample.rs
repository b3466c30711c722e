//! Downsampling behind a blur.

use super::inputs::image;
use crate::config::Window;
use crate::config::defaults::check_size;
use crate::parameters::{build, check_channels, param};
use crate::unary::unary_layer;
use crate::{Argument, Module, Signature};
use etude_autograd::{Param, Var};
use etude_derive::config;
use etude_tensor::kernels::conv::ConvGeometry;
use etude_tensor::{Float, Result, Rng, Tensor};

const WHO: &str = "anti_alias_downsample";
const SIGNATURE: Signature =
    Signature::new("AntiAliasDownsample", &[Argument::float("x")], &["output"]);

/// The configuration of an [`AntiAliasDownsample`].
#[config]
pub struct AntiAliasDownsampleConfig {
    /// The side of the blur's window.
    #[default = 3]
    pub kernel_size: usize,
    /// From one window to the next, along both axes.
    #[default = 2]
    pub strides: usize,
    /// How many channels go in; from the first input if absent.
    pub input_size: Option<usize>,
    /// Whether the blur is trained.
    #[default = false]
    pub trainable: bool,
}

impl AntiAliasDownsampleConfig {
    /// The layer; without `input_size` its weight is made at the first call.
    ///
    /// # Errors
    /// If a size or the stride is 0.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<AntiAliasDownsample<T>> {
        check_size(WHO, "kernel_size", self.kernel_size)?;
        check_size(WHO, "strides", self.strides)?;
        let size = self.kernel_size.into();
        let sizes = [size, size, 1.into(), "channels".into()];
        let layer = AntiAliasDownsample {
            weight: param(binomial, &sizes, self.trainable, rng),
            config: self.clone(),
        };
        if let Some(channels) = self.input_size {
            check_size(WHO, "input_size", channels)?;
            layer.make(channels)?;
        }
        Ok(layer)
    }
}

/// `weight[i, j, 0, c] = b_i · b_j` with `b_i = binomial(k − 1, i) / 2^(k−1)`: a row of Pascal's triangle, each row the mean of the
/// one above it and the same shifted by one.
fn binomial(shape: &[usize], _seed: u64) -> Result<Tensor<f64>> {
    let size = shape[0];
    let mut row = vec![1.0_f64];
    while row.len() < size {
        let left = row.iter().chain([&0.0]);
        let right = [&0.0].into_iter().chain(&row);
        row = left
            .zip(right)
            .map(|(left, right)| (left + right) / 2.0)
            .collect();
    }
    let row = Tensor::from_slice([size], &row)?;
    let square = row
        .reshape([size, 1, 1, 1])?
        .try_mul(&row.reshape([size, 1, 1])?)?;
    square.broadcast_to(shape)
}

/// A blur before pixels are left out, so that fine patterns don't turn into coarse ones (Zhang, *Making Convolutional Networks
/// Shift-Invariant Again*, 2019): a depthwise convolution with a binomial kernel, for `kernel_size` 3 the outer product of ¼, ½, ¼ with
/// itself, padded so that `⌈n/strides⌉` positions come out. It is frozen unless `trainable` says otherwise.
///
/// | parameter | shape |
/// |---|---|
/// | `weight` | `[kernel_size, kernel_size, 1, channels]` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::AntiAliasDownsampleConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let layer = AntiAliasDownsampleConfig::new().init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = layer.forward(&tape.input(Tensor::ones([2, 28, 28, 192])))?;
/// assert_eq!(y.shape(), [2, 14, 14, 192]);
/// assert_eq!(layer.weight.value()?.shape(), [3, 3, 1, 192]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct AntiAliasDownsample<T: Float = f32> {
    /// The blur, `[kernel_size, kernel_size, 1, channels]`.
    pub weight: Param<T>,
    #[module(skip)]
    config: AntiAliasDownsampleConfig,
}

impl<T: Float> AntiAliasDownsample<T> {
    /// `x [b, h, w, channels]` → `[b, ⌈h/strides⌉, ⌈w/strides⌉, channels]`.
    ///
    /// # Errors
    /// If `x` has another rank, or another number of channels than the layer was made for.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let [_, height, width, channels] = image(WHO, x)?;
        check_channels(WHO, &self.weight, 3, channels, x.shape())?;
        self.make(channels)?;
        let AntiAliasDownsampleConfig {
            kernel_size,
            strides,
            ..
        } = self.config;
        let mut geometry = ConvGeometry::new(2);
        geometry.groups = channels;
        for (axis, input) in [height, width].into_iter().enumerate() {
            let window = Window {
                input,
                kernel: kernel_size,
                stride: strides,
                dilation: 1,
            };
            geometry.stride[axis] = strides;
            geometry.padding[axis] = window.same_padding();
        }
        x.conv(&x.tape().param(&self.weight)?, None, &geometry)
    }

    fn make(&self, channels: usize) -> Result<()> {
        let size = self.config.kernel_size;
        build("weight", &self.weight, &[size, size, 1, channels])
    }
}

unary_layer!([] AntiAliasDownsample<T>, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;

    #[test]
    fn the_blur_is_binomial() -> Result<()> {
        let row = |size: usize| -> Result<Vec<f64>> {
            let kernel = binomial(&[size, size, 1, 2], 0)?;
            kernel.sum(0)?.select(-1, 1).map(|row| row.to_vec())
        };
        assert_eq!(row(1)?, [1.0]);
        assert_eq!(row(3)?, [0.25, 0.5, 0.25]);
        assert_eq!(row(5)?, [1.0, 4.0, 6.0, 4.0, 1.0].map(|b| b / 16.0));
        Ok(())
    }

    #[test]
    fn an_even_surface_stays_and_a_frozen_blur_gets_no_gradient() -> Result<()> {
        let layer: AntiAliasDownsample<f64> =
            AntiAliasDownsampleConfig::new().init(&mut Rng::seed(1))?;
        let tape = Tape::new();
        let x = tape.var(Tensor::ones([1, 5, 6, 2]));
        let y = layer.forward(&x)?;
        assert_eq!(y.shape(), [1, 3, 3, 2]);
        // With 6 columns all padding is behind: the first columns see no zeros but those above.
        assert_eq!(
            y.tensor().select(1, 1)?.to_vec(),
            [1.0, 1.0, 1.0, 1.0, 0.75, 0.75]
        );
        let gradients = y.sum(..)?.backward()?;
        assert!(gradients.param(&layer.weight).is_none());
        assert_eq!(gradients.get(&x)?.shape(), x.shape());
        Ok(())
    }

    #[test]
    fn wrong_sizes_are_refused() {
        let refused = AntiAliasDownsampleConfig::new()
            .strides(0)
            .init::<f32>(&mut Rng::seed(1));
        assert_eq!(
            refused.unwrap_err().to_string(),
            "anti_alias_downsample: strides is 0; expected 1 or more"
        );
    }
}
