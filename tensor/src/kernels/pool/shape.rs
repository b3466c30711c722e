//! The sizes of a pooling, checked once.

use crate::kernels::window::{Axis, PerAxis, Window, volume};
use crate::{Error, Result};
use smallvec::SmallVec;

/// How a pooling window moves over its input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolGeometry {
    /// The window's size on each spatial axis.
    pub kernel: PerAxis<usize>,
    /// The distance between window positions, for each spatial axis.
    pub stride: PerAxis<usize>,
    /// Padding (before, after), for each spatial axis.
    pub padding: PerAxis<(usize, usize)>,
}

impl PoolGeometry {
    /// Windows of these sizes side by side, without padding.
    pub fn new(kernel: &[usize]) -> Self {
        PoolGeometry {
            kernel: kernel.into(),
            stride: kernel.into(),
            padding: SmallVec::from_elem((0, 0), kernel.len()),
        }
    }
}

/// A pooling of known sizes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolShape {
    /// Images in the batch.
    pub batch: usize,
    /// The spatial axes; their dilation is 1.
    pub axes: PerAxis<Axis>,
    /// Channels of x and y.
    pub channels: usize,
}

impl PoolShape {
    /// Pooling of x `[batch, spatial…, channels]`, for the operation `who`.
    ///
    /// # Errors
    /// If ranks don't go together, a spatial axis is empty, a window is longer than its padded axis, or padding is as long as the
    /// window (which would then see nothing but padding).
    pub fn new(who: &str, x: &[usize], geometry: &PoolGeometry) -> Result<PoolShape> {
        let PoolGeometry {
            kernel,
            stride,
            padding,
        } = geometry;
        let count = kernel.len();
        if stride.len() != count || padding.len() != count {
            return Err(Error::config(
                who,
                format!(
                    "kernel size, strides and padding have to name the same number of spatial axes, got {count}, {} and {}",
                    stride.len(),
                    padding.len()
                ),
            ));
        }
        if x.len() != count + 2 {
            return Err(Error::shape(
                who,
                format!(
                    "a window {kernel:?} needs an input [batch, {count} sizes, channels], got {x:?}"
                ),
            ));
        }
        let mut axes = PerAxis::new();
        for i in 0..count {
            let (kernel, padding) = (kernel[i], padding[i]);
            if kernel > 0 && (padding.0 >= kernel || padding.1 >= kernel) {
                return Err(Error::config(
                    who,
                    format!(
                        "padding {padding:?} has to be smaller than the window of {kernel} on each side"
                    ),
                ));
            }
            if x[i + 1] == 0 {
                return Err(Error::shape(
                    who,
                    format!("a window over an empty axis has no elements: input {x:?}"),
                ));
            }
            axes.push(Axis::new(
                who,
                x[i + 1],
                Window {
                    kernel,
                    stride: stride[i],
                    dilation: 1,
                    padding,
                },
            )?);
        }
        Ok(PoolShape {
            batch: x[0],
            axes,
            channels: x[count + 1],
        })
    }

    /// The shape of x: `[batch, spatial…, channels]`.
    pub fn input(&self) -> SmallVec<[usize; 5]> {
        let spatial = self.axes.iter().map(|axis| axis.input);
        std::iter::once(self.batch)
            .chain(spatial)
            .chain([self.channels])
            .collect()
    }

    /// The shape of y: `[batch, output…, channels]`.
    pub fn output(&self) -> SmallVec<[usize; 5]> {
        let spatial = self.axes.iter().map(|axis| axis.output);
        std::iter::once(self.batch)
            .chain(spatial)
            .chain([self.channels])
            .collect()
    }

    /// Panics if x or y isn't as long as its shape says.
    pub(crate) fn check_lengths(&self, x: usize, y: usize) {
        assert_eq!(x, volume(&self.input()), "elements of x {:?}", self.input());
        assert_eq!(
            y,
            volume(&self.output()),
            "elements of y {:?}",
            self.output()
        );
    }
}
