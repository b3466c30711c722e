//! The sizes of a pooling, checked once.

use crate::kernels::window::{Axis, PerAxis, Spatial, Window, volume};
use crate::{Error, Result};
use smallvec::SmallVec;
use std::ops::Range;

/// How a pooling window moves over its input.
///
/// ```
/// use etude_tensor::PoolGeometry;
///
/// let geometry = PoolGeometry::new(&[3, 3]).stride(2).padding(1); // as PyTorch's max_pool2d(x, 3, stride=2, padding=1)
/// assert_eq!((&geometry.stride[..], &geometry.padding[..]), (&[2, 2][..], &[(1, 1), (1, 1)][..]));
/// ```
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

    /// With this distance between window positions: a number for all axes, or a list with one for each.
    #[must_use]
    pub fn stride(mut self, stride: impl Into<Spatial<usize>>) -> Self {
        self.stride = stride.into().on(self.kernel.len());
        self
    }

    /// With this padding: a number for all ends, a list with one for each axis, or with a pair (before, after) for each.
    #[must_use]
    pub fn padding(mut self, padding: impl Into<Spatial<(usize, usize)>>) -> Self {
        self.padding = padding.into().on(self.kernel.len());
        self
    }
}

/// How windows lie on one spatial axis of known size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolAxis {
    /// Windows of one size at equal distances; the dilation is 1.
    Sliding(Axis),
    /// As many windows as are asked for, which cover the axis: window o of m on n elements reaches from ⌊o·n/m⌋ to
    /// ⌈(o + 1)·n/m⌉, so that their sizes differ by at most 2, and neighbours may share an element.
    Adaptive {
        /// Input size, n.
        input: usize,
        /// Output size, m.
        output: usize,
    },
}

impl PoolAxis {
    /// Input size.
    pub fn input(&self) -> usize {
        match self {
            PoolAxis::Sliding(axis) => axis.input,
            PoolAxis::Adaptive { input, .. } => *input,
        }
    }

    /// Output size.
    pub fn output(&self) -> usize {
        match self {
            PoolAxis::Sliding(axis) => axis.output,
            PoolAxis::Adaptive { output, .. } => *output,
        }
    }

    /// The input positions that window `o` covers, without those in the padding: at least one.
    pub(crate) fn window(&self, o: usize) -> Range<usize> {
        match *self {
            PoolAxis::Sliding(axis) => {
                let start = o * axis.stride;
                let end = (start + axis.kernel - axis.before).min(axis.input);
                start.saturating_sub(axis.before)..end
            }
            PoolAxis::Adaptive { input, output } => {
                // In 128 bits, since the product of two sizes may not fit.
                let at = |o: usize| o as u128 * input as u128;
                let start = at(o) / output as u128;
                let end = at(o + 1).div_ceil(output as u128);
                start as usize..end as usize
            }
        }
    }

    /// Elements of a window, the padding included.
    pub(crate) fn taps(&self) -> usize {
        match *self {
            PoolAxis::Sliding(axis) => axis.kernel,
            PoolAxis::Adaptive { input, output } => input.div_ceil(output),
        }
    }

    /// How far a window that has no padding in it is from the next, if that is all in which they differ.
    pub(super) fn shift(&self, o: usize) -> Option<usize> {
        match *self {
            PoolAxis::Sliding(axis) => {
                let start = o * axis.stride;
                let whole = start >= axis.before && start + axis.kernel <= axis.before + axis.input;
                whole.then_some(axis.stride)
            }
            PoolAxis::Adaptive { .. } => None,
        }
    }
}

/// A pooling of known sizes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolShape {
    /// Images in the batch.
    pub batch: usize,
    /// The spatial axes.
    pub axes: PerAxis<PoolAxis>,
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
            let window = Window {
                kernel,
                stride: stride[i],
                dilation: 1,
                padding,
            };
            axes.push(PoolAxis::Sliding(Axis::new(who, x[i + 1], window)?));
        }
        Ok(PoolShape {
            batch: x[0],
            axes,
            channels: x[count + 1],
        })
    }

    /// Pooling of x `[batch, spatial…, channels]` into `output` windows along each spatial axis, for the operation `who`.
    ///
    /// # Errors
    /// If the ranks don't go together, an output size is 0, or a spatial axis is empty.
    pub fn adaptive(who: &str, x: &[usize], output: &[usize]) -> Result<PoolShape> {
        let count = output.len();
        if x.len() != count + 2 {
            return Err(Error::shape(
                who,
                format!(
                    "output sizes {output:?} need an input [batch, {count} sizes, channels], got {x:?}"
                ),
            ));
        }
        if output.contains(&0) {
            return Err(Error::config(
                who,
                format!("output sizes {output:?} given, each has to be at least 1"),
            ));
        }
        let sizes = &x[1..=count];
        if sizes.contains(&0) {
            return Err(Error::shape(
                who,
                format!("a window over an empty axis has no elements: input {x:?}"),
            ));
        }
        let axis = |(&input, &output)| PoolAxis::Adaptive { input, output };
        Ok(PoolShape {
            batch: x[0],
            axes: sizes.iter().zip(output).map(axis).collect(),
            channels: x[count + 1],
        })
    }

    /// Elements of a window, the padding included.
    pub fn taps(&self) -> usize {
        let sizes = self.axes.iter().map(PoolAxis::taps);
        sizes.fold(1, usize::saturating_mul)
    }

    /// The shape of x: `[batch, spatial…, channels]`.
    pub fn input(&self) -> SmallVec<[usize; 5]> {
        let spatial = self.axes.iter().map(PoolAxis::input);
        std::iter::once(self.batch)
            .chain(spatial)
            .chain([self.channels])
            .collect()
    }

    /// The shape of y: `[batch, output…, channels]`.
    pub fn output(&self) -> SmallVec<[usize; 5]> {
        let spatial = self.axes.iter().map(PoolAxis::output);
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
