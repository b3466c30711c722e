//! The maximum of each window.

use super::config::pool_config;
use crate::sliding::Sliding;
use crate::spatial::of_rank;
use crate::unary::unary_layer;
use crate::{Argument, Module, Signature};
use etude_autograd::Var;
use etude_tensor::{Float, Result};

/// The configuration of [`MaxPool1d`].
pub type MaxPool1dConfig = MaxPoolConfig<1>;
/// The configuration of [`MaxPool2d`].
pub type MaxPool2dConfig = MaxPoolConfig<2>;

/// [`MaxPool`] over one spatial axis.
pub type MaxPool1d = MaxPool<1>;
/// [`MaxPool`] over two spatial axes.
pub type MaxPool2d = MaxPool<2>;

pool_config! {
    /// The configuration of a [`MaxPool`]: [`MaxPool1dConfig`], [`MaxPool2dConfig`].
    pub struct MaxPoolConfig {}
}

impl<const D: usize> MaxPoolConfig<D> {
    /// The layer.
    ///
    /// # Errors
    /// If a size or stride is 0, or a list has another length than there are axes.
    pub fn init(&self) -> Result<MaxPool<D>> {
        Ok(MaxPool {
            sliding: self.sliding(MaxPool::<D>::WHO)?,
            config: self.clone(),
        })
    }
}

/// The maximum of each window, channel by channel: [`MaxPool1d`], [`MaxPool2d`]. Padding never wins; the gradient goes to the first
/// maximum of the window in row-major order.
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::MaxPool2dConfig;
/// use etude_tensor::Tensor;
///
/// let pool = MaxPool2dConfig::new().init()?;
/// let tape = Tape::<f32>::inference();
/// let y = pool.forward(&tape.input(Tensor::zeros([2, 5, 4, 2])))?;
/// assert_eq!(y.shape(), [2, 2, 2, 2]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
#[module(no_parameters)]
pub struct MaxPool<const D: usize> {
    sliding: Sliding<D>,
    config: MaxPoolConfig<D>,
}

impl<const D: usize> MaxPool<D> {
    const WHO: &'static str = of_rank(D, ["max_pool1d", "max_pool2d"]);
    const NAME: &'static str = of_rank(D, ["MaxPool1d", "MaxPool2d"]);
    const SIGNATURE: Signature = Signature::new(Self::NAME, &[Argument::float("x")], &["output"]);

    /// `x [b, spatial..., c]` → `[b, out..., c]`; channels second in the NC… formats.
    ///
    /// # Errors
    /// If `x` has another rank, a window is longer than its padded axis, or explicit padding is as long as the window.
    pub fn forward<T: Float>(&self, x: &Var<T>) -> Result<Var<T>> {
        let last = self.sliding.channels_last(x)?;
        let geometry = self.sliding.pooling(last.shape())?;
        self.sliding.restore(last.max_pool(&geometry)?)
    }
}

unary_layer!([const D: usize,] MaxPool<D>, Self::SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Padding;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn padding_never_wins_and_the_first_maximum_takes_the_gradient() -> Result<()> {
        let tape = Tape::new();
        let x = tape.var(Tensor::from_slice([1, 3, 1], &[-5.0, -2.0, -2.0])?);
        let y = MaxPool1dConfig::new()
            .kernel_size(2)
            .strides(1)
            .padding(Padding::Same)
            .init()?
            .forward(&x)?;
        assert_eq!(y.tensor().to_vec(), [-2.0, -2.0, -2.0]);
        assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.0, 2.0, 1.0]);
        Ok(())
    }

    #[test]
    fn what_does_not_fit_is_named() -> Result<()> {
        let x = Tape::<f32>::inference().input(Tensor::zeros([1, 1, 4, 2]));
        let message = MaxPool2dConfig::new()
            .kernel_size(2)
            .init()?
            .forward(&x)
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("max_pool2d: a kernel of 2"),
            "{message}"
        );
        let message = MaxPool2dConfig::new()
            .kernel_size(2)
            .padding(2)
            .init()?
            .forward(&x)
            .unwrap_err()
            .to_string();
        assert!(message.contains("padding"), "{message}");
        assert!(
            MaxPool2dConfig::new()
                .kernel_size(0)
                .init()
                .unwrap_err()
                .to_string()
                .contains("kernel_size 0")
        );
        Ok(())
    }
}
