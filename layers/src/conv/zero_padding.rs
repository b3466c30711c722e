//! Zeros around an input.

use crate::config::{DataFormat, Padding};
use crate::spatial::{Spatial, of_rank};
use crate::unary::unary_layer;
use crate::{Argument, Module, Signature};
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Error, Float, Result};

/// The configuration of a [`ZeroPadding1d`].
pub type ZeroPadding1dConfig = ZeroPaddingConfig<1>;
/// The configuration of a [`ZeroPadding2d`].
pub type ZeroPadding2dConfig = ZeroPaddingConfig<2>;
/// The configuration of a [`ZeroPadding3d`].
pub type ZeroPadding3dConfig = ZeroPaddingConfig<3>;

/// Zeros on both sides of one spatial axis, as in [`ZeroPadding`].
pub type ZeroPadding1d = ZeroPadding<1>;
/// Zeros around two spatial axes, as in [`ZeroPadding`].
pub type ZeroPadding2d = ZeroPadding<2>;
/// Zeros around three spatial axes, as in [`ZeroPadding`].
pub type ZeroPadding3d = ZeroPadding<3>;

/// The configuration of zero padding over `D` spatial axes: [`ZeroPadding1dConfig`], [`ZeroPadding2dConfig`],
/// [`ZeroPadding3dConfig`].
#[config]
pub struct ZeroPaddingConfig<const D: usize> {
    /// How many zeros: an integer, one for each axis, or pairs of before and after.
    #[default = Padding::All(1)]
    pub padding: Padding,
    /// Accepted and ignored.
    pub input_size: Option<usize>,
    /// Where the channels stand; last if absent.
    pub data_format: Option<DataFormat>,
}

impl<const D: usize> ZeroPaddingConfig<D> {
    /// The layer.
    ///
    /// # Errors
    /// If the padding is `VALID` or `SAME`, or a list of another length than there are axes.
    pub fn init(&self) -> Result<ZeroPadding<D>> {
        zeros::<D>(&self.padding)?;
        Ok(ZeroPadding {
            spatial: Spatial::new(ZeroPadding::<D>::WHO, self.data_format)?,
            config: self.clone(),
        })
    }
}

/// So many zeros before and after each axis.
fn zeros<const D: usize>(padding: &Padding) -> Result<Vec<(usize, usize)>> {
    let who = ZeroPadding::<D>::WHO;
    match padding {
        Padding::All(_) | Padding::Axes(_) => {
            let sides = padding.explicit(who, D)?;
            Ok(sides.expect("only SAME depends on the input"))
        }
        Padding::Valid | Padding::Same => {
            let message = format!(
                "padding {padding} doesn't say how many zeros; expected an integer of 0 or more, or a list with an entry for \
                 each spatial axis, an integer of 0 or more or [before, after]"
            );
            Err(Error::config(who, message))
        }
    }
}

/// Zeros before and after each of `D` spatial axes: [`ZeroPadding1d`], [`ZeroPadding2d`], [`ZeroPadding3d`].
///
/// ```text
/// y[b, i, c] = x[b, i − before, c], and 0 where there is no such element
/// ```
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::ZeroPadding2dConfig;
/// use etude_tensor::Tensor;
///
/// let padding = ZeroPadding2dConfig::new().padding(2).init()?;
/// let tape = Tape::<f32>::inference();
/// let x = tape.input(Tensor::ones([32, 96, 100, 3]));
/// assert_eq!(padding.forward(&x)?.shape(), [32, 100, 104, 3]);
/// // Another padding, for this call:
/// assert_eq!(padding.forward_with(&x, [[1, 0], [0, 0]])?.shape(), [32, 97, 100, 3]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
#[module(no_parameters)]
pub struct ZeroPadding<const D: usize> {
    spatial: Spatial<D>,
    config: ZeroPaddingConfig<D>,
}

impl<const D: usize> ZeroPadding<D> {
    const WHO: &'static str = of_rank(D, ["zero_padding1d", "zero_padding2d", "zero_padding3d"]);
    const NAME: &'static str = of_rank(D, ["ZeroPadding1d", "ZeroPadding2d", "ZeroPadding3d"]);
    const SIGNATURE: Signature = Signature::new(Self::NAME, &[Argument::float("x")], &["output"]);

    /// `x [b, spatial..., c]` with the configuration's padding; channels second in the NC… formats.
    ///
    /// # Errors
    /// If `x` has another rank, or the result is larger than memory.
    pub fn forward<T: Float>(&self, x: &Var<T>) -> Result<Var<T>> {
        self.padded(x, &self.config.padding)
    }

    /// `x` with another padding than the configuration's.
    ///
    /// # Errors
    /// As [`forward`](ZeroPadding::forward), and if the padding is `VALID` or `SAME`, or a list of another length than there
    /// are axes.
    pub fn forward_with<T: Float>(
        &self,
        x: &Var<T>,
        padding: impl Into<Padding>,
    ) -> Result<Var<T>> {
        self.padded(x, &padding.into())
    }

    fn padded<T: Float>(&self, x: &Var<T>, padding: &Padding) -> Result<Var<T>> {
        let sides = zeros::<D>(padding)?;
        let last = self.spatial.channels_last(x)?;
        let border = [&[(0, 0)], &sides[..], &[(0, 0)]].concat();
        self.spatial.restore(last.pad(border, 0.0)?)
    }
}

unary_layer!([const D: usize,] ZeroPadding<D>, Self::SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn zeros_stand_where_the_format_says() -> Result<()> {
        let x = Tape::inference().input(Tensor::from([[[1.0, 2.0], [3.0, 4.0]]]));
        let config = ZeroPadding1dConfig::new().padding([1, 2]);
        let last = config.clone().init()?.forward(&x)?;
        assert_eq!(last.shape(), [1, 5, 2]);
        assert_eq!(
            last.tensor().to_vec(),
            [0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 0.0, 0.0, 0.0, 0.0]
        );
        let first = config.data_format(DataFormat::Ncw).init()?.forward(&x)?;
        assert_eq!(first.shape(), [1, 2, 5]);
        assert_eq!(
            first.tensor().to_vec(),
            [0.0, 1.0, 2.0, 0.0, 0.0, 0.0, 3.0, 4.0, 0.0, 0.0]
        );
        Ok(())
    }

    #[test]
    fn the_gradient_is_the_inner_part() -> Result<()> {
        let tape = Tape::new();
        let x = tape.var(Tensor::<f64>::ones([1, 2, 1, 1]));
        let y = ZeroPadding2dConfig::new().init()?.forward(&x)?;
        let weights = Tensor::arange(0.0, 12.0, 1.0)?.reshape([1, 4, 3, 1])?;
        let gradients = y.backward_with(&weights)?;
        assert_eq!(gradients.get(&x)?.to_vec(), [4.0, 7.0]);
        Ok(())
    }

    #[test]
    fn what_is_no_number_of_zeros_is_told_what_is() -> Result<()> {
        let message = |config: ZeroPadding1dConfig| config.init().unwrap_err().to_string();
        let same = message(ZeroPadding1dConfig::new().padding(Padding::Same));
        assert!(
            same.starts_with("zero_padding1d: padding 'SAME' doesn't say how many zeros"),
            "{same}"
        );
        assert!(message(ZeroPadding1dConfig::new().padding([1, 2, 3])).contains("3 entries"));
        let layer = ZeroPadding1dConfig::new().init()?;
        let tape = Tape::<f32>::inference();
        let wrong = layer.forward(&tape.input(Tensor::zeros([2, 3])));
        assert!(
            wrong
                .unwrap_err()
                .to_string()
                .contains("of rank 3, got [2, 3]")
        );
        let x = tape.input(Tensor::zeros([2, 3, 1]));
        let huge = layer.forward_with(&x, usize::MAX).unwrap_err().to_string();
        assert!(huge.contains("fit into memory"), "{huge}");
        Ok(())
    }
}
