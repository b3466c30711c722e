//! The maximum of each window.

use super::window::PoolWindow;
use crate::config::{DataFormat, Ints, Padding, to_json};
use crate::{Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::Var;
use etude_tensor::{Float, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The configuration of [`MaxPool1d`].
pub type MaxPool1dConfig = MaxPoolConfig<1>;
/// The configuration of [`MaxPool2d`].
pub type MaxPool2dConfig = MaxPoolConfig<2>;

/// [`MaxPool`] over one spatial axis.
pub type MaxPool1d = MaxPool<1>;
/// [`MaxPool`] over two spatial axes.
pub type MaxPool2d = MaxPool<2>;

/// The configuration of a [`MaxPool`]: [`MaxPool1dConfig`], [`MaxPool2dConfig`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaxPoolConfig<const D: usize> {
    /// The window's size along each axis.
    #[serde(default = "two")]
    pub kernel_size: Ints,
    /// From one window to the next, along each axis; the window's size if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strides: Option<Ints>,
    /// What stands around the input.
    #[serde(default = "valid")]
    pub padding: Padding,
    /// Where the channels stand; last if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_format: Option<DataFormat>,
}

fn two() -> Ints {
    Ints::from(2)
}

fn valid() -> Padding {
    Padding::Valid
}

impl<const D: usize> MaxPoolConfig<D> {
    /// Windows of this size side by side; everything else as its default.
    pub fn new(kernel_size: impl Into<Ints>) -> Self {
        MaxPoolConfig {
            kernel_size: kernel_size.into(),
            strides: None,
            padding: valid(),
            data_format: None,
        }
    }

    /// With other strides.
    #[must_use]
    pub fn strides(mut self, strides: impl Into<Ints>) -> Self {
        self.strides = Some(strides.into());
        self
    }

    /// With other padding.
    #[must_use]
    pub fn padding(mut self, padding: impl Into<Padding>) -> Self {
        self.padding = padding.into();
        self
    }

    /// With channels first or last.
    #[must_use]
    pub fn data_format(mut self, data_format: DataFormat) -> Self {
        self.data_format = Some(data_format);
        self
    }

    /// The layer.
    ///
    /// # Errors
    /// If a size or stride is 0, or a list has another length than there are axes.
    pub fn init(&self) -> Result<MaxPool<D>> {
        let MaxPoolConfig {
            kernel_size,
            strides,
            padding,
            data_format,
            ..
        } = self;
        let window = PoolWindow::new(
            MaxPool::<D>::WHO,
            kernel_size,
            strides.as_ref(),
            padding,
            *data_format,
        )?;
        Ok(MaxPool {
            window,
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
/// let pool = MaxPool2dConfig::new(2).init()?;
/// let tape = Tape::<f32>::inference();
/// let y = pool.forward(&tape.input(Tensor::zeros([2, 5, 4, 2])))?;
/// assert_eq!(y.shape(), [2, 2, 2, 2]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Module)]
#[module(no_parameters)]
pub struct MaxPool<const D: usize> {
    window: PoolWindow<D>,
    config: MaxPoolConfig<D>,
}

impl<const D: usize> MaxPool<D> {
    const WHO: &'static str = if D == 1 { "max_pool1d" } else { "max_pool2d" };
    const NAME: &'static str = if D == 1 { "MaxPool1d" } else { "MaxPool2d" };
    const SIGNATURE: Signature = Signature::new(Self::NAME, &[Argument::float("x")], &["output"]);

    /// `x [b, spatial..., c]` → `[b, out..., c]`; channels second in the NC… formats.
    ///
    /// # Errors
    /// If `x` has another rank, a window is longer than its padded axis, or explicit padding is as long as the window.
    pub fn forward<T: Float>(&self, x: &Var<T>) -> Result<Var<T>> {
        self.window.pool(x, |x, geometry| x.max_pool(geometry))
    }
}

impl<const D: usize, T: Float> Layer<T> for MaxPool<D> {
    fn signature(&self) -> Signature {
        Self::SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        to_json(Self::WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&Self::SIGNATURE, want)?;
        Ok(Outputs::one("output", self.forward(args.float("x")?)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn padding_never_wins_and_the_first_maximum_takes_the_gradient() -> Result<()> {
        let tape = Tape::new();
        let x = tape.var(Tensor::from_slice([1, 3, 1], &[-5.0, -2.0, -2.0])?);
        let y = MaxPool1dConfig::new(2)
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
        let message = MaxPool2dConfig::new(2)
            .init()?
            .forward(&x)
            .unwrap_err()
            .to_string();
        assert!(message.starts_with("max_pool: "), "{message}");
        let message = MaxPool2dConfig::new(2)
            .padding(2)
            .init()?
            .forward(&x)
            .unwrap_err()
            .to_string();
        assert!(message.contains("padding"), "{message}");
        assert!(
            MaxPool2dConfig::new(0)
                .init()
                .err()
                .unwrap()
                .to_string()
                .contains("kernel_size 0")
        );
        Ok(())
    }
}
