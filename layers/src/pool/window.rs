//! The window of a pooling layer.

use crate::config::{DataFormat, Ints, Padding};
use crate::spatial::Spatial;
use etude_autograd::Var;
use etude_tensor::kernels::pool::PoolGeometry;
use etude_tensor::{Float, Result};

/// The checked sizes of a pooling over `D` spatial axes.
#[derive(Clone)]
pub(super) struct PoolWindow<const D: usize> {
    kernel: Vec<usize>,
    strides: Vec<usize>,
    padding: Padding,
    spatial: Spatial<D>,
}

impl<const D: usize> PoolWindow<D> {
    /// The window that a configuration of the layer `who` describes. Absent strides are the kernel's size.
    pub(super) fn new(
        who: &'static str,
        kernel: &Ints,
        strides: Option<&Ints>,
        padding: &Padding,
        format: Option<DataFormat>,
    ) -> Result<Self> {
        padding.explicit(who, D)?;
        let kernel = kernel.sizes(who, "kernel_size", D, 1)?;
        let strides = match strides {
            Some(strides) => strides.sizes(who, "strides", D, 1)?,
            None => kernel.clone(),
        };
        Ok(PoolWindow {
            kernel,
            strides,
            padding: padding.clone(),
            spatial: Spatial::new(who, format)?,
        })
    }

    /// Pools `x`, brought to channels last, with the geometry of the window, and brings the result back.
    pub(super) fn pool<T: Float>(
        &self,
        x: &Var<T>,
        pool: impl FnOnce(&Var<T>, &PoolGeometry) -> Result<Var<T>>,
    ) -> Result<Var<T>> {
        let x = self.spatial.channels_last(x)?;
        let padding = self.spatial.padding(
            &self.padding,
            x.shape(),
            &self.kernel,
            &self.strides,
            &[1; D],
        )?;
        let geometry = PoolGeometry {
            kernel: self.kernel[..].into(),
            stride: self.strides[..].into(),
            padding: padding.into(),
        };
        self.spatial.restore(pool(&x, &geometry)?)
    }
}
