//! The sizes of a convolution, checked once.

use crate::kernels::window::{Axis, PerAxis, Spatial, Window, volume};
use crate::{Error, Result};
use smallvec::SmallVec;

/// How a kernel moves over its input: what of a convolution doesn't depend on sizes.
///
/// ```
/// use etude_tensor::ConvGeometry;
///
/// let geometry = ConvGeometry::new(2).stride(2).padding(1); // as PyTorch's conv2d(…, stride=2, padding=1)
/// assert_eq!((&geometry.stride[..], &geometry.padding[..]), (&[2, 2][..], &[(1, 1), (1, 1)][..]));
/// // Height and width apart, two rows below and none above, and two groups of channels:
/// let uneven = ConvGeometry::new(2).stride([1, 3]).dilation([2, 1]).padding([(0, 2), (1, 1)]).groups(2);
/// assert_eq!((uneven.dilation[0], uneven.groups), (2, 2));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvGeometry {
    /// The distance between window positions, for each spatial axis.
    pub stride: PerAxis<usize>,
    /// The distance between taps, for each spatial axis.
    pub dilation: PerAxis<usize>,
    /// Padding (before, after), for each spatial axis.
    pub padding: PerAxis<(usize, usize)>,
    /// Consecutive blocks of channels that are convolved separately.
    pub groups: usize,
}

impl ConvGeometry {
    /// Stride 1, dilation 1, no padding, one group, on `axes` spatial axes.
    pub fn new(axes: usize) -> Self {
        ConvGeometry {
            stride: SmallVec::from_elem(1, axes),
            dilation: SmallVec::from_elem(1, axes),
            padding: SmallVec::from_elem((0, 0), axes),
            groups: 1,
        }
    }

    /// With this distance between window positions: a number for all axes, or a list with one for each.
    #[must_use]
    pub fn stride(mut self, stride: impl Into<Spatial<usize>>) -> Self {
        self.stride = stride.into().on(self.stride.len());
        self
    }

    /// With this distance between taps: a number for all axes, or a list with one for each.
    #[must_use]
    pub fn dilation(mut self, dilation: impl Into<Spatial<usize>>) -> Self {
        self.dilation = dilation.into().on(self.dilation.len());
        self
    }

    /// With this padding: a number for all ends, a list with one for each axis, or with a pair (before, after) for each.
    #[must_use]
    pub fn padding(mut self, padding: impl Into<Spatial<(usize, usize)>>) -> Self {
        self.padding = padding.into().on(self.padding.len());
        self
    }

    /// With the channels cut into so many blocks that are convolved separately.
    #[must_use]
    pub fn groups(mut self, groups: usize) -> Self {
        self.groups = groups;
        self
    }
}

/// A convolution of known sizes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvShape {
    /// Images in the batch.
    pub batch: usize,
    /// The spatial axes.
    pub axes: PerAxis<Axis>,
    /// Channels of x.
    pub channels: usize,
    /// Channels of y.
    pub filters: usize,
    /// Consecutive blocks of channels that are convolved separately.
    pub groups: usize,
}

impl ConvShape {
    /// The convolution of x `[batch, spatial…, channels]` with a weight `[kernel…, channels/groups, filters]`, for the operation `who`.
    ///
    /// # Errors
    /// If ranks don't go together, channels or filters can't be cut into the groups, or a window is longer than its padded axis.
    pub fn new(
        who: &str,
        x: &[usize],
        weight: &[usize],
        geometry: &ConvGeometry,
    ) -> Result<ConvShape> {
        let axes = ranks(who, x, weight, geometry)?;
        let channels = x[axes + 1];
        let filters = weight[axes + 1];
        check_groups(
            who,
            "input",
            x,
            channels,
            weight,
            weight[axes].checked_mul(geometry.groups),
            filters,
            geometry.groups,
        )?;
        let axes = (0..axes)
            .map(|i| {
                let window = window(geometry, weight, i);
                Axis::new(who, x[i + 1], window)
            })
            .collect::<Result<_>>()?;
        Ok(ConvShape {
            batch: x[0],
            axes,
            channels,
            filters,
            groups: geometry.groups,
        })
    }

    /// The convolution whose input gradient is the transposed convolution of x `[batch, spatial…, filters]` with a weight `[kernel…,
    /// channels/groups, filters]`, cut to the spatial sizes `output` from `padding.0` on; `padding.1` isn't looked at. So the roles are swapped: the
    /// shape's `input` is the transposed convolution's result, and [`conv_input_grad`](super::ConvKernels::conv_input_grad) takes
    /// x as its `gy`.
    ///
    /// # Errors
    /// If ranks don't go together, channels or filters can't be cut into the groups, or an output size is 0.
    pub fn transposed(
        who: &str,
        x: &[usize],
        weight: &[usize],
        output: &[usize],
        geometry: &ConvGeometry,
    ) -> Result<ConvShape> {
        let axes = ranks(who, x, weight, geometry)?;
        let filters = x[axes + 1];
        check_groups(
            who,
            "input",
            x,
            filters,
            weight,
            Some(weight[axes + 1]),
            filters,
            geometry.groups,
        )?;
        if output.len() != axes || output.contains(&0) {
            return Err(Error::shape(
                who,
                format!(
                    "an output of at least 1 for each of {axes} spatial axes is needed, {output:?} given"
                ),
            ));
        }
        let mut result = PerAxis::new();
        for i in 0..axes {
            let window = window(geometry, weight, i);
            // What the window needs to be valid by itself is checked on an input that it fits.
            let room = (window.kernel.saturating_sub(1))
                .saturating_mul(window.dilation)
                .saturating_add(1);
            let axis = Axis::new(
                who,
                room,
                Window {
                    padding: (window.padding.0, 0),
                    ..window
                },
            )?;
            let reach = x[i + 1]
                .checked_mul(window.stride)
                .and_then(|n| n.checked_add(room));
            if reach.is_none_or(|reach| reach > isize::MAX as usize) {
                return Err(Error::config(
                    who,
                    format!(
                        "the window {window:?} on {} elements is too large to count",
                        x[i + 1]
                    ),
                ));
            }
            // From a single element there is no way to a next one: any stride will do that reaches beyond the result.
            let beyond = output[i].saturating_add(axis.before).saturating_add(room);
            let stride = match x[i + 1] {
                1 => window.stride.min(beyond),
                _ => window.stride,
            };
            result.push(Axis {
                input: output[i],
                output: x[i + 1],
                stride,
                ..axis
            });
        }
        let channels = weight[axes] * geometry.groups;
        Ok(ConvShape {
            batch: x[0],
            axes: result,
            channels,
            filters,
            groups: geometry.groups,
        })
    }

    /// The shape of x: `[batch, spatial…, channels]`.
    pub fn input(&self) -> SmallVec<[usize; 5]> {
        self.with_ends(self.batch, |axis| axis.input, self.channels)
    }

    /// The shape of y: `[batch, output…, filters]`.
    pub fn output(&self) -> SmallVec<[usize; 5]> {
        self.with_ends(self.batch, |axis| axis.output, self.filters)
    }

    /// The shape of the weight: `[kernel…, channels/groups, filters]`.
    pub fn weight(&self) -> SmallVec<[usize; 5]> {
        let mut dims: SmallVec<[usize; 5]> = self.axes.iter().map(|axis| axis.kernel).collect();
        dims.extend([self.channels / self.groups, self.filters]);
        dims
    }

    fn with_ends(
        &self,
        first: usize,
        axis: impl Fn(&Axis) -> usize,
        last: usize,
    ) -> SmallVec<[usize; 5]> {
        std::iter::once(first)
            .chain(self.axes.iter().map(axis))
            .chain([last])
            .collect()
    }

    /// Panics if x, w or y isn't as long as its shape says.
    pub(crate) fn check_lengths(&self, x: usize, w: usize, y: usize) {
        assert_eq!(x, volume(&self.input()), "elements of x {:?}", self.input());
        assert_eq!(
            w,
            volume(&self.weight()),
            "elements of the weight {:?}",
            self.weight()
        );
        assert_eq!(
            y,
            volume(&self.output()),
            "elements of y {:?}",
            self.output()
        );
    }
}

fn window(geometry: &ConvGeometry, weight: &[usize], axis: usize) -> Window {
    Window {
        kernel: weight[axis],
        stride: geometry.stride[axis],
        dilation: geometry.dilation[axis],
        padding: geometry.padding[axis],
    }
}

/// The number of spatial axes.
fn ranks(who: &str, x: &[usize], weight: &[usize], geometry: &ConvGeometry) -> Result<usize> {
    let axes = geometry.stride.len();
    if geometry.dilation.len() != axes || geometry.padding.len() != axes {
        return Err(Error::config(
            who,
            format!(
                "stride, dilation and padding have to name the same number of spatial axes, got {axes}, {} and {}",
                geometry.dilation.len(),
                geometry.padding.len()
            ),
        ));
    }
    if x.len() != axes + 2 || weight.len() != axes + 2 {
        return Err(Error::shape(
            who,
            format!(
                "{axes} spatial axes need an input [batch, {axes} sizes, channels] and a weight [{axes} sizes, channels/groups, filters], \
                 got input {x:?} and weight {weight:?}"
            ),
        ));
    }
    Ok(axes)
}

#[allow(clippy::too_many_arguments)] // the parts of one message
fn check_groups(
    who: &str,
    name: &str,
    x: &[usize],
    channels: usize,
    weight: &[usize],
    expected: Option<usize>,
    filters: usize,
    groups: usize,
) -> Result<()> {
    if groups == 0 {
        return Err(Error::config(who, "0 groups given, there is at least 1"));
    }
    if expected != Some(channels) {
        return Err(Error::shape(
            who,
            format!(
                "the weight {weight:?} with {groups} groups expects {} channels in the last axis of the {name}, got {name} {x:?}",
                expected.map_or_else(|| "too many".to_string(), |expected| expected.to_string())
            ),
        ));
    }
    if !filters.is_multiple_of(groups) {
        return Err(Error::shape(
            who,
            format!(
                "{filters} filters of the weight {weight:?} can't be cut into {groups} equal groups"
            ),
        ));
    }
    Ok(())
}
