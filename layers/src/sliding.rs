//! The window of a convolution or a pooling.

use crate::config::{DataFormat, Ints, Padding};
use crate::spatial::Spatial;
use etude_autograd::{Size, Var};
use etude_tensor::kernels::conv::ConvGeometry;
use etude_tensor::kernels::pool::{PoolGeometry, PoolShape};
use etude_tensor::kernels::window::{Axis, Window};
use etude_tensor::{Error, Float, Result};

/// A window that slides over `D` spatial axes: the checked sizes of a layer's configuration.
#[derive(Clone, Debug)]
pub(crate) struct Sliding<const D: usize> {
    pub(crate) kernel: Vec<usize>,
    pub(crate) strides: Vec<usize>,
    pub(crate) dilations: Vec<usize>,
    padding: Padding,
    spatial: Spatial<D>,
    who: &'static str,
}

impl<const D: usize> Sliding<D> {
    /// What is known of the shape of a weight: the sizes of the kernel, and the two behind them.
    pub(crate) fn weight_sizes(&self, behind: [Size; 2]) -> Vec<Size> {
        let kernel = self.kernel.iter().map(|&size| size.into());
        kernel.chain(behind).collect()
    }

    /// A window of the layer `who`, which moves by 1 and has no gaps.
    pub(crate) fn new(
        who: &'static str,
        kernel: &Ints,
        padding: &Padding,
        format: Option<DataFormat>,
    ) -> Result<Self> {
        padding.explicit(who, D)?;
        let sizes = kernel.sizes(who, "kernel_size", D, 1)?;
        let elements = |elements: usize, size: &usize| elements.checked_mul(*size);
        if sizes.iter().try_fold(1, elements).is_none() {
            let message = format!("kernel_size {kernel} has more elements than can be counted");
            return Err(Error::config(who, message));
        }
        Ok(Sliding {
            kernel: sizes,
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
    ///
    /// # Errors
    /// If a window is longer than its padded axis, or there is no group, as where each channel is one and there is none.
    pub(crate) fn convolution(&self, x: &[usize], groups: usize) -> Result<ConvGeometry> {
        if groups == 0 {
            let message = "expects an input with channels, got none";
            return Err(Error::shape(self.who, message));
        }
        let padding = self.padding(x)?;
        for (axis, &padding) in padding.iter().enumerate() {
            let window = Window {
                kernel: self.kernel[axis],
                stride: self.strides[axis],
                dilation: self.dilations[axis],
                padding,
            };
            Axis::new(self.who, x[axis + 1], window)?;
        }
        Ok(ConvGeometry {
            stride: self.strides[..].into(),
            dilation: self.dilations[..].into(),
            padding: padding.into(),
            groups,
        })
    }

    /// The geometry of a pooling of an input of shape `x`, channels last.
    ///
    /// # Errors
    /// If an axis is empty, a window is longer than its padded axis, or sees nothing but padding.
    pub(crate) fn pooling(&self, x: &[usize]) -> Result<PoolGeometry> {
        let geometry = PoolGeometry {
            kernel: self.kernel[..].into(),
            stride: self.strides[..].into(),
            dilation: self.dilations[..].into(),
            padding: self.padding(x)?.into(),
        };
        PoolShape::new(self.who, x, &geometry)?;
        Ok(geometry)
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
