//! The window of a convolution or a pooling.

use crate::config::{DataFormat, Ints, Padding};
use crate::spatial::Spatial;
use etude_autograd::Var;
use etude_tensor::kernels::conv::ConvGeometry;
use etude_tensor::kernels::pool::PoolGeometry;
use etude_tensor::{Float, Result};

/// A window that slides over `D` spatial axes: the checked sizes of a layer's configuration.
#[derive(Clone)]
pub(crate) struct Sliding<const D: usize> {
    pub(crate) kernel: Vec<usize>,
    pub(crate) strides: Vec<usize>,
    pub(crate) dilations: Vec<usize>,
    padding: Padding,
    spatial: Spatial<D>,
    who: &'static str,
}

impl<const D: usize> Sliding<D> {
    /// A window of the layer `who`, which moves by 1 and has no gaps.
    pub(crate) fn new(
        who: &'static str,
        kernel: &Ints,
        padding: &Padding,
        format: Option<DataFormat>,
    ) -> Result<Self> {
        padding.explicit(who, D)?;
        Ok(Sliding {
            kernel: kernel.sizes(who, "kernel_size", D, 1)?,
            strides: vec![1; D],
            dilations: vec![1; D],
            padding: padding.clone(),
            spatial: Spatial::new(who, format)?,
            who,
        })
    }

    /// From one window to the next.
    pub(crate) fn strides(mut self, strides: &Ints) -> Result<Self> {
        self.strides = strides.sizes(self.who, "strides", D, 1)?;
        Ok(self)
    }

    /// From one element of a window to the next.
    pub(crate) fn dilations(mut self, dilations: &Ints) -> Result<Self> {
        self.dilations = dilations.sizes(self.who, "dilations", D, 1)?;
        Ok(self)
    }

    /// `x` as `[b, spatial…, channels]`.
    ///
    /// # Errors
    /// If it hasn't `D + 2` axes.
    pub(crate) fn channels_last<T: Float>(&self, x: &Var<T>) -> Result<Var<T>> {
        self.spatial.channels_last(x)
    }

    /// `y`, channels last, in the layer's format.
    pub(crate) fn restore<T: Float>(&self, y: Var<T>) -> Result<Var<T>> {
        self.spatial.restore(y)
    }

    /// The geometry of a convolution of an input of shape `x`, channels last.
    pub(crate) fn convolution(&self, x: &[usize], groups: usize) -> Result<ConvGeometry> {
        Ok(ConvGeometry {
            stride: self.strides[..].into(),
            dilation: self.dilations[..].into(),
            padding: self.padding(x)?.into(),
            groups,
        })
    }

    /// The geometry of a pooling of an input of shape `x`, channels last.
    pub(crate) fn pooling(&self, x: &[usize]) -> Result<PoolGeometry> {
        Ok(PoolGeometry {
            kernel: self.kernel[..].into(),
            stride: self.strides[..].into(),
            padding: self.padding(x)?.into(),
        })
    }

    fn padding(&self, x: &[usize]) -> Result<Vec<(usize, usize)>> {
        self.spatial.padding(
            &self.padding,
            x,
            &self.kernel,
            &self.strides,
            &self.dilations,
        )
    }
}
