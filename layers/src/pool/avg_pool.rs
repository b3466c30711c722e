//! The average of each window.

use super::config::pool_config;
use crate::Padding;
use crate::sliding::Sliding;
use crate::spatial::of_rank;
use crate::unary::unary_layer;
use crate::{Argument, Module, Signature};
use etude_autograd::Var;
use etude_tensor::{Float, Result};

/// The configuration of [`AvgPool1d`].
pub type AvgPool1dConfig = AvgPoolConfig<1>;
/// The configuration of [`AvgPool2d`].
pub type AvgPool2dConfig = AvgPoolConfig<2>;

/// [`AvgPool`] over one spatial axis.
pub type AvgPool1d = AvgPool<1>;
/// [`AvgPool`] over two spatial axes.
pub type AvgPool2d = AvgPool<2>;

pool_config! {
    /// The configuration of a [`AvgPool`]: [`AvgPool1dConfig`], [`AvgPool2dConfig`].
    pub struct AvgPoolConfig {
        /// Whether padding counts in the divisor; if absent it does for explicit padding, and doesn't for `SAME`.
        pub count_include_pad: Option<bool>,
    }
}

impl<const D: usize> AvgPoolConfig<D> {
    /// The layer.
    ///
    /// # Errors
    /// If a size or stride is 0, or a list has another length than there are axes.
    pub fn init(&self) -> Result<AvgPool<D>> {
        Ok(AvgPool {
            sliding: self.sliding(AvgPool::<D>::WHO)?,
            config: self.clone(),
        })
    }
}

/// The average of each window, channel by channel: [`AvgPool1d`], [`AvgPool2d`]. The sum of the window's elements, padding being 0, is
/// divided by the window's size with `count_include_pad`, else by the number of its elements inside the input.
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::AvgPool2dConfig;
/// use etude_tensor::Tensor;
///
/// let pool = AvgPool2dConfig::new().init()?;
/// let tape = Tape::<f32>::inference();
/// let y = pool.forward(&tape.input(Tensor::zeros([1, 4, 5, 2])))?;
/// assert_eq!(y.shape(), [1, 2, 2, 2]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
#[module(no_parameters)]
pub struct AvgPool<const D: usize> {
    sliding: Sliding<D>,
    config: AvgPoolConfig<D>,
}

impl<const D: usize> AvgPool<D> {
    const WHO: &'static str = of_rank(D, ["avg_pool1d", "avg_pool2d"]);
    const NAME: &'static str = of_rank(D, ["AvgPool1d", "AvgPool2d"]);
    const SIGNATURE: Signature = Signature::new(Self::NAME, &[Argument::float("x")], &["output"]);

    /// `x [b, spatial..., c]` → `[b, out..., c]`; channels second in the NC… formats.
    ///
    /// # Errors
    /// If `x` has another rank, a window is longer than its padded axis, or explicit padding is as long as the window.
    pub fn forward<T: Float>(&self, x: &Var<T>) -> Result<Var<T>> {
        let count = self
            .config
            .count_include_pad
            .unwrap_or(self.config.padding != Padding::Same);
        let last = self.sliding.channels_last(x)?;
        let geometry = self.sliding.pooling(last.shape())?;
        self.sliding.restore(last.avg_pool(&geometry, count)?)
    }
}

unary_layer!([const D: usize,] AvgPool<D>, Self::SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn padding_counts_for_explicit_padding_alone_unless_told() -> Result<()> {
        let x = Tape::inference().input(Tensor::from_slice([1, 3, 1], &[4.0, 6.0, 8.0])?);
        let run = |config: AvgPool1dConfig| -> Result<Vec<f64>> {
            Ok(config.init()?.forward(&x)?.tensor().to_vec())
        };
        let config = AvgPool1dConfig::new().kernel_size(2);
        assert_eq!(run(config.clone().padding(Padding::Same))?, [5.0, 8.0]);
        assert_eq!(run(config.clone().padding([[0, 1]]))?, [5.0, 4.0]);
        assert_eq!(
            run(config.clone().padding([[0, 1]]).count_include_pad(false))?,
            [5.0, 8.0]
        );
        assert_eq!(
            run(config.padding(Padding::Same).count_include_pad(true))?,
            [5.0, 4.0]
        );
        Ok(())
    }
}
