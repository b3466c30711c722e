//! What layers over spatial axes share: where the channels stand, and how a window moves.

use crate::config::{DataFormat, Padding, Window};
use etude_autograd::Var;
use etude_tensor::{Error, Float, Result};

/// What a layer that is generic over the number of spatial axes is called on so many of them. A number for which there is no
/// name doesn't compile, where it is known.
pub(crate) const fn of_rank<const N: usize>(axes: usize, names: [&'static str; N]) -> &'static str {
    names[axes - 1]
}

/// Inputs of `D` spatial axes in one of their two formats. All arithmetic is done channels last; the other format is
/// permuted on the way in and on the way out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spatial<const D: usize> {
    who: &'static str,
    channels_first: bool,
}

impl<const D: usize> Spatial<D> {
    /// For the layer `who`, whose configuration may name a format.
    pub(crate) fn new(who: &'static str, format: Option<DataFormat>) -> Result<Self> {
        let channels_first = format.map_or(Ok(false), |format| format.is_channels_first(who, D))?;
        Ok(Spatial {
            who,
            channels_first,
        })
    }

    /// `x` as `[b, spatial…, channels]`.
    ///
    /// # Errors
    /// If it hasn't `D + 2` axes.
    pub(crate) fn channels_last<T: Float>(&self, x: &Var<T>) -> Result<Var<T>> {
        if x.rank() != D + 2 {
            let expected = match self.channels_first {
                true => "[b, channels, spatial...]",
                false => "[b, spatial..., channels]",
            };
            let message = format!(
                "expects an input {expected} of rank {}, got {:?}",
                D + 2,
                x.shape()
            );
            return Err(Error::shape(self.who, message));
        }
        if !self.channels_first {
            return Ok(x.clone());
        }
        let order: Vec<isize> = [0]
            .into_iter()
            .chain(2..D as isize + 2)
            .chain([1])
            .collect();
        x.permute(order)
    }

    /// `y`, channels last, in the layer's format.
    pub(crate) fn restore<T: Float>(&self, y: Var<T>) -> Result<Var<T>> {
        if !self.channels_first {
            return Ok(y);
        }
        let order: Vec<isize> = [0, D as isize + 1]
            .into_iter()
            .chain(1..D as isize + 1)
            .collect();
        y.permute(order)
    }

    /// `(before, after)` for each axis of `x`, channels last.
    ///
    /// # Errors
    /// If the padding doesn't name one entry for each axis.
    pub(crate) fn padding(
        &self,
        padding: &Padding,
        x: &[usize],
        kernel: &[usize],
        strides: &[usize],
        dilations: &[usize],
    ) -> Result<Vec<(usize, usize)>> {
        let windows: Vec<Window> = (0..D)
            .map(|axis| Window {
                input: x[axis + 1],
                kernel: kernel[axis],
                stride: strides[axis],
                dilation: dilations[axis],
            })
            .collect();
        padding.around(self.who, &windows)
    }
}
