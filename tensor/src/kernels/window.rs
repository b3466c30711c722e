//! Windows that slide over an axis: the geometry that convolutions and pooling share.
//!
//! For an axis of input size n, a kernel of k taps, stride s, dilation d and padding (before, after), the effective kernel is
//! `ke = (k − 1)·d + 1`, the output size `⌊(n + before + after − ke)/s⌋ + 1`, and tap t of output position o looks at the input position
//! `o·s + t·d − before`, which may lie in the padding.

use crate::{Error, Result};
use smallvec::SmallVec;

/// One value for each spatial axis.
pub type PerAxis<T> = SmallVec<[T; 3]>;

/// What [`ConvGeometry`](super::conv::ConvGeometry) and [`PoolGeometry`](super::pool::PoolGeometry) are told about their spatial axes, and
/// [`roll`](crate::Tensor::roll) about those that it moves along: one value for all, or a list with one for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spatial<T> {
    /// The same on every axis.
    All(T),
    /// One for each axis, in their order.
    Each(PerAxis<T>),
}

impl<T: Clone> Spatial<T> {
    /// The values for `axes` axes; a list stays as it is, so that one of another length is noticed where it is used.
    pub(crate) fn on(self, axes: usize) -> PerAxis<T> {
        match self {
            Spatial::All(value) => SmallVec::from_elem(value, axes),
            Spatial::Each(values) => values,
        }
    }
}

impl<T> From<T> for Spatial<T> {
    fn from(value: T) -> Self {
        Spatial::All(value)
    }
}

impl<T, const N: usize> From<[T; N]> for Spatial<T> {
    fn from(values: [T; N]) -> Self {
        Spatial::Each(values.into_iter().collect())
    }
}

/// As much before as behind.
impl From<usize> for Spatial<(usize, usize)> {
    fn from(size: usize) -> Self {
        Spatial::All((size, size))
    }
}

/// As much before as behind each axis.
impl<const N: usize> From<[usize; N]> for Spatial<(usize, usize)> {
    fn from(sizes: [usize; N]) -> Self {
        Spatial::Each(sizes.into_iter().map(|size| (size, size)).collect())
    }
}

/// How a window moves along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Taps of the kernel.
    pub kernel: usize,
    /// The distance between window positions.
    pub stride: usize,
    /// The distance between taps.
    pub dilation: usize,
    /// Padding before and after the input.
    pub padding: (usize, usize),
}

/// A window on an input of known size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Input size.
    pub input: usize,
    /// Output size.
    pub output: usize,
    /// Taps of the kernel.
    pub kernel: usize,
    /// The distance between window positions.
    pub stride: usize,
    /// The distance between taps.
    pub dilation: usize,
    /// Padding before the input.
    pub before: usize,
}

impl Axis {
    /// `window` on an input of `input` elements, for the operation `who`.
    ///
    /// # Errors
    /// If a kernel, stride or dilation is 0, or the window is longer than the padded input.
    pub fn new(who: &str, input: usize, window: Window) -> Result<Axis> {
        let Window {
            kernel,
            stride,
            dilation,
            padding,
        } = window;
        if kernel == 0 || stride == 0 || dilation == 0 {
            return Err(Error::config(
                who,
                format!(
                    "kernel {kernel}, stride {stride} and dilation {dilation} given, each has to be at least 1"
                ),
            ));
        }
        let too_large = || {
            Error::config(
                who,
                format!("the window {window:?} on {input} elements is too large to count"),
            )
        };
        let effective = (kernel - 1)
            .checked_mul(dilation)
            .and_then(|ke| ke.checked_add(1))
            .ok_or_else(too_large)?;
        let padded = input
            .checked_add(padding.0)
            .and_then(|n| n.checked_add(padding.1))
            .ok_or_else(too_large)?;
        if padded > isize::MAX as usize {
            return Err(too_large());
        }
        if padded < effective {
            return Err(Error::shape(
                who,
                format!(
                    "a kernel of {kernel} with dilation {dilation} covers {effective} elements, but the input axis has {input} and the padding \
                     ({}, {}): give at least {effective} together",
                    padding.0, padding.1
                ),
            ));
        }
        Ok(Axis {
            input,
            output: (padded - effective) / stride + 1,
            kernel,
            // From a single window or tap there is no way to a next one: any distance as long as the padded input will do, and
            // none that could overflow is left.
            stride: stride.min(padded),
            dilation: dilation.min(padded),
            before: padding.0,
        })
    }

    /// The input position that tap `t` of output position `o` looks at, or `None` in the padding.
    #[inline]
    pub fn source(&self, o: usize, t: usize) -> Option<usize> {
        let position = (o * self.stride + t * self.dilation).checked_sub(self.before)?;
        (position < self.input).then_some(position)
    }
}

/// The number of elements of a shape.
///
/// # Panics
/// If it can't be counted: kernels check the lengths of their slices by it, and a count that wraps around would let anything pass.
pub(crate) fn volume(dims: &[usize]) -> usize {
    dims.iter()
        .try_fold(1, |volume: usize, &dim| volume.checked_mul(dim))
        .expect("a shape that can be counted")
}

/// Calls `body` with each index into `dims`, the last axis fastest.
pub(crate) fn for_each_index(dims: &[usize], mut body: impl FnMut(&[usize])) {
    if dims.contains(&0) {
        return;
    }
    let mut index: PerAxis<usize> = SmallVec::from_elem(0, dims.len());
    loop {
        body(&index);
        let Some(axis) = (0..dims.len())
            .rev()
            .find(|&axis| index[axis] + 1 < dims[axis])
        else {
            return;
        };
        index[axis] += 1;
        index[axis + 1..].fill(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_sources_follow_the_formulas() {
        let window = Window {
            kernel: 3,
            stride: 2,
            dilation: 2,
            padding: (1, 2),
        };
        let axis = Axis::new("conv", 7, window).unwrap();
        assert_eq!(axis.output, (7 + 3 - 5) / 2 + 1);
        assert_eq!(
            [axis.source(0, 0), axis.source(0, 1), axis.source(2, 2)],
            [None, Some(1), Some(7)].map(|s| s.filter(|&s| s < 7))
        );
        let error = Axis::new(
            "conv2d",
            2,
            Window {
                padding: (1, 0),
                ..window
            },
        )
        .unwrap_err()
        .to_string();
        assert!(
            error.starts_with("conv2d: a kernel of 3 with dilation 2 covers 5 elements"),
            "{error}"
        );
        assert!(
            Axis::new(
                "conv",
                7,
                Window {
                    stride: 0,
                    ..window
                }
            )
            .is_err()
        );
        assert!(
            Axis::new(
                "conv",
                7,
                Window {
                    dilation: usize::MAX,
                    ..window
                }
            )
            .is_err()
        );
    }

    #[test]
    fn indices_come_in_row_major_order() {
        let mut seen = Vec::new();
        for_each_index(&[2, 1, 2], |index| seen.push(index.to_vec()));
        assert_eq!(seen, [[0, 0, 0], [0, 0, 1], [1, 0, 0], [1, 0, 1]]);
        let mut count = 0;
        for_each_index(&[], |_| count += 1);
        for_each_index(&[2, 0], |_| count += 10);
        assert_eq!(count, 1);
    }
}
