//! The mean over all of an image.

use crate::config::DataFormat;
use crate::unary::unary_layer;
use crate::{Argument, Module, Signature};
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Axes, Error, Float, Result};

const WHO: &str = "global_avg_pool2d";
const SIGNATURE: Signature =
    Signature::new("GlobalAvgPool2d", &[Argument::float("x")], &["output"]);

/// The configuration of a [`GlobalAvgPool2d`].
#[config]
pub struct GlobalAvgPool2dConfig {
    /// Whether height and width stay in the result, with size 1.
    #[default = false]
    pub keepdims: bool,
    /// Where the channels stand; last if absent.
    pub data_format: Option<DataFormat>,
}

impl GlobalAvgPool2dConfig {
    /// The layer.
    ///
    /// # Errors
    /// If the format isn't one of two spatial axes.
    pub fn init(&self) -> Result<GlobalAvgPool2d> {
        let first = self
            .data_format
            .map_or(Ok(false), |format| format.is_channels_first(WHO, 2))?;
        let axes = Axes::from(if first { [2, 3] } else { [1, 2] });
        let axes = if self.keepdims { axes.keepdims() } else { axes };
        Ok(GlobalAvgPool2d {
            axes,
            config: self.clone(),
        })
    }
}

/// The mean over height and width, `x [b, h, w, c]` → `[b, c]`; with `keepdims` `[b, 1, 1, c]` (Lin and others, 2013).
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::GlobalAvgPool2dConfig;
/// use etude_tensor::Tensor;
///
/// let tape = Tape::<f32>::inference();
/// let y = GlobalAvgPool2dConfig::new().init()?.forward(&tape.input(Tensor::zeros([2, 3, 4, 2])))?;
/// assert_eq!(y.shape(), [2, 2]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
#[module(no_parameters)]
pub struct GlobalAvgPool2d {
    axes: Axes,
    config: GlobalAvgPool2dConfig,
}

impl GlobalAvgPool2d {
    /// `x [b, h, w, c]` → `[b, c]`.
    ///
    /// # Errors
    /// If `x` hasn't rank 4, or an image has no element.
    pub fn forward<T: Float>(&self, x: &Var<T>) -> Result<Var<T>> {
        if x.rank() != 4 {
            return Err(Error::shape(
                WHO,
                format!(
                    "expects an input of rank 4, two axes of it spatial, got {:?}",
                    x.shape()
                ),
            ));
        }
        let y = x.mean(&self.axes)?;
        if x.shape().contains(&0) && !y.shape().contains(&0) {
            return Err(Error::shape(
                WHO,
                format!(
                    "an image of shape {:?} has no element to take the mean of",
                    x.shape()
                ),
            ));
        }
        Ok(y)
    }
}

unary_layer!([] GlobalAvgPool2d, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn formats_and_keepdims() -> Result<()> {
        let tape = Tape::inference();
        let x = tape.input(Tensor::from_slice([1, 2, 1, 2], &[1.0, 10.0, 3.0, 30.0])?);
        let config = GlobalAvgPool2dConfig::new();
        assert_eq!(config.init()?.forward(&x)?.tensor().to_vec(), [2.0, 20.0]);
        let kept = config.clone().keepdims(true).init()?.forward(&x)?;
        assert_eq!(kept.shape(), [1, 1, 1, 2]);
        let first = config
            .keepdims(true)
            .data_format(DataFormat::Nchw)
            .init()?
            .forward(&x)?;
        assert_eq!(
            (first.shape(), first.tensor().to_vec()),
            (&[1, 2, 1, 1][..], vec![5.5, 16.5])
        );
        Ok(())
    }

    #[test]
    fn what_has_no_mean_is_refused() -> Result<()> {
        let tape = Tape::<f32>::inference();
        let layer = GlobalAvgPool2dConfig::new().init()?;
        let message = layer
            .forward(&tape.input(Tensor::zeros([2, 0, 3, 1])))
            .unwrap_err()
            .to_string();
        assert!(message.contains("[2, 0, 3, 1] has no element"), "{message}");
        assert!(layer.forward(&tape.input(Tensor::zeros([2, 3]))).is_err());
        Ok(())
    }
}
