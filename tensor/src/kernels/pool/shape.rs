//! The sizes of a pooling, checked once.

use crate::kernels::window::{Axis, PerAxis, Spatial, Window, volume};
use crate::{Error, Result};
use smallvec::SmallVec;

/// How a pooling window moves over its input.
///
/// ```
/// use etude_tensor::PoolGeometry;
///
/// let geometry = PoolGeometry::new(&[3, 3]).stride(2).padding(1); // as PyTorch's max_pool2d(x, 3, stride=2, padding=1)
/// assert_eq!((&geometry.stride[..], &geometry.padding[..]), (&[2, 2][..], &[(1, 1), (1, 1)][..]));
/// // Every second row and every third column, and a column of padding in front:
/// let spread = PoolGeometry::new(&[2, 2]).dilation([2, 3]).padding([(0, 0), (1, 0)]);
/// assert_eq!((spread.dilation[1], spread.padding[1]), (3, (1, 0)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolGeometry {
    /// The window's size on each spatial axis.
    pub kernel: PerAxis<usize>,
    /// The distance between window positions, for each spatial axis.
    pub stride: PerAxis<usize>,
    /// The distance between the elements of a window, for each spatial axis.
    pub dilation: PerAxis<usize>,
    /// Padding (before, after), for each spatial axis.
    pub padding: PerAxis<(usize, usize)>,
}

impl PoolGeometry {
    /// Windows of these sizes side by side, without gaps or padding.
    pub fn new(kernel: &[usize]) -> Self {
        PoolGeometry {
            kernel: kernel.into(),
            stride: kernel.into(),
            dilation: SmallVec::from_elem(1, kernel.len()),
            padding: SmallVec::from_elem((0, 0), kernel.len()),
        }
    }

    /// With this distance between window positions: a number for all axes, or a list with one for each.
    #[must_use]
    pub fn stride(mut self, stride: impl Into<Spatial<usize>>) -> Self {
        self.stride = stride.into().on(self.kernel.len());
        self
    }

    /// With this distance between the elements of a window: a number for all axes, or a list with one for each.
    #[must_use]
    pub fn dilation(mut self, dilation: impl Into<Spatial<usize>>) -> Self {
        self.dilation = dilation.into().on(self.kernel.len());
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
    /// Windows of one size at equal distances.
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
    pub(crate) fn window(&self, o: usize) -> Span {
        match *self {
            PoolAxis::Sliding(axis) => {
                let start = o * axis.stride;
                let skipped = axis.before.saturating_sub(start).div_ceil(axis.dilation);
                let first = start + skipped * axis.dilation - axis.before;
                let inside = axis.input.saturating_sub(first).div_ceil(axis.dilation);
                Span {
                    first,
                    distance: axis.dilation,
                    count: inside.min(axis.kernel.saturating_sub(skipped)),
                }
            }
            PoolAxis::Adaptive { input, output } => {
                // In 128 bits, since the product of two sizes may not fit.
                let at = |o: usize| o as u128 * input as u128;
                let start = at(o) / output as u128;
                let end = at(o + 1).div_ceil(output as u128);
                Span {
                    first: start as usize,
                    distance: 1,
                    count: (end - start) as usize,
                }
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
                let last = start + (axis.kernel - 1) * axis.dilation;
                let whole = start >= axis.before && last < axis.before + axis.input;
                whole.then_some(axis.stride)
            }
            PoolAxis::Adaptive { .. } => None,
        }
    }
}

/// Positions on an axis at equal distances.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    /// The first one.
    pub first: usize,
    /// From each to the next.
    pub distance: usize,
    /// How many.
    pub count: usize,
}

impl Span {
    /// Position number `t`.
    pub fn at(&self, t: usize) -> usize {
        self.first + t * self.distance
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
    /// If ranks don't go together, a spatial axis is empty, a window is longer than its padded axis, or one would see nothing but
    /// padding.
    pub fn new(who: &str, x: &[usize], geometry: &PoolGeometry) -> Result<PoolShape> {
        let PoolGeometry {
            kernel,
            stride,
            dilation,
            padding,
        } = geometry;
        let count = kernel.len();
        if [stride.len(), dilation.len(), padding.len()] != [count; 3] {
            return Err(Error::config(
                who,
                format!(
                    "kernel size, strides, dilations and padding have to name the same number of spatial axes, got {count}, {}, {} and {}",
                    stride.len(),
                    dilation.len(),
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
            if x[i + 1] == 0 {
                return Err(Error::shape(
                    who,
                    format!("a window over an empty axis has no elements: input {x:?}"),
                ));
            }
            let window = Window {
                kernel: kernel[i],
                stride: stride[i],
                dilation: dilation[i],
                padding: padding[i],
            };
            axes.push(sliding(who, x[i + 1], window)?);
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

/// Windows that slide over an axis of `input` elements, and each see at least one of them.
fn sliding(who: &str, input: usize, window: Window) -> Result<PoolAxis> {
    let axis = Axis::new(who, input, window)?;
    let (padding, length) = (window.padding, (axis.kernel - 1) * axis.dilation + 1);
    if padding.0 >= length || padding.1 >= length {
        return Err(Error::config(
            who,
            format!(
                "padding {padding:?} has to be smaller than the window of {length} on each side"
            ),
        ));
    }
    let pool = PoolAxis::Sliding(axis);
    // A window that begins in the padding can step over a shorter axis. After as many windows as there are distances the steps repeat.
    if axis.dilation > input {
        let in_padding = axis.before.div_ceil(axis.stride).min(axis.output);
        let mut windows = 0..in_padding.min(axis.dilation);
        if let Some(o) = windows.find(|&o| pool.window(o).count == 0) {
            return Err(Error::config(
                who,
                format!(
                    "window {o} of {} elements with dilation {} sees nothing but padding {padding:?}: give at most dilation {input}, the size \
                     of the axis, or less padding",
                    axis.kernel, axis.dilation
                ),
            ));
        }
    }
    Ok(pool)
}
