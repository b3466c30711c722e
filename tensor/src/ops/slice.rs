//! Slices: a range of positions along an axis, with a step. A view.

use crate::layout::Layout;
use crate::{Element, Error, Result, Tensor, axis_index};
use std::fmt;
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

/// Positions along one axis: a range with a step, or a single one, which removes the axis.
///
/// Built from Rust's ranges of `isize`, or one `isize`; negative numbers count from the end. Unlike in Python a bound
/// beyond the axis is an error, and a negative step doesn't change the meaning of the bounds: it takes the positions of
/// the range backwards, beginning with the last. (Clippy takes a literal `1..-1` for an empty range, unless
/// [`s!`](crate::s) stands around it: `x.slices(s![1..-1])`.)
///
/// ```
/// use etude_tensor::{Slice, Tensor};
///
/// let x = Tensor::arange(0_i64, 6, 1)?;
/// assert_eq!(x.slice(0, 1..-1)?.to_vec(), [1, 2, 3, 4]);
/// assert_eq!(x.slice(0, Slice::from(..).step(2))?.to_vec(), [0, 2, 4]);
/// assert_eq!(x.slice(0, Slice::from(1..5).step(-2))?.to_vec(), [4, 2]);
/// assert_eq!(x.slice(0, -2)?.item()?, 4);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice(Positions);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Positions {
    Range {
        start: isize,
        /// Without the last one; `None` is the end of the axis.
        end: Option<isize>,
        step: isize,
    },
    One(isize),
}

impl Slice {
    /// Every `step`-th position of the range; a negative one from its last position down. Means nothing for a single
    /// position.
    #[must_use]
    pub fn step(self, step: isize) -> Self {
        match self.0 {
            Positions::Range { start, end, .. } => Slice(Positions::Range { start, end, step }),
            Positions::One(_) => self,
        }
    }

    /// The layout of the slice along `axis` of `layout`, for the operation `op`. An axis that is removed shifts those behind it.
    fn apply(self, op: &str, layout: &Layout, axis: usize) -> Result<Layout> {
        let size = layout.shape()[axis];
        let outside = |expected: String| {
            Err(Error::index(
                op,
                format!("{self} of axis {axis}, which has size {size}; expected {expected}"),
            ))
        };
        let from_front = |i: isize| {
            if i < 0 {
                i.checked_add_unsigned(size)
            } else {
                Some(i)
            }
        };
        match self.0 {
            Positions::One(index) => match from_front(index) {
                Some(i) if (0..size as isize).contains(&i) => Ok(layout.select(axis, i as usize)),
                _ => outside("an index inside it".into()),
            },
            Positions::Range { step: 0, .. } => outside("a step other than 0".into()),
            Positions::Range { start, end, step } => {
                let bounds = 0..=size as isize;
                let (Some(start), Some(end)) =
                    (from_front(start), from_front(end.unwrap_or(size as isize)))
                else {
                    return outside(format!("bounds from -{size} to {size}"));
                };
                if !bounds.contains(&start) || !bounds.contains(&end) {
                    return outside(format!("bounds from -{size} to {size}"));
                }
                let len = (end - start).max(0) as usize;
                let first = if step > 0 { start } else { end - 1 };
                Ok(layout.range(
                    axis,
                    first.max(0) as usize,
                    len.div_ceil(step.unsigned_abs()),
                    step,
                ))
            }
        }
    }

    fn range(start: isize, end: Option<isize>) -> Self {
        Slice(Positions::Range {
            start,
            end,
            step: 1,
        })
    }

    /// The range up to and including `end`: past −1, the last position, comes the end.
    fn inclusive(start: isize, end: isize) -> Self {
        Slice::range(start, (end != -1).then(|| end.saturating_add(1)))
    }
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Positions::One(index) => write!(f, "{index}"),
            Positions::Range { start, end, step } => {
                if start != 0 {
                    write!(f, "{start}")?;
                }
                f.write_str("..")?;
                if let Some(end) = end {
                    write!(f, "{end}")?;
                }
                if step != 1 {
                    write!(f, ";{step}")?;
                }
                Ok(())
            }
        }
    }
}

/// One position; the axis goes.
impl From<isize> for Slice {
    fn from(index: isize) -> Self {
        Slice(Positions::One(index))
    }
}

impl From<Range<isize>> for Slice {
    fn from(range: Range<isize>) -> Self {
        Slice::range(range.start, Some(range.end))
    }
}

impl From<RangeInclusive<isize>> for Slice {
    fn from(range: RangeInclusive<isize>) -> Self {
        Slice::inclusive(*range.start(), *range.end())
    }
}

impl From<RangeFrom<isize>> for Slice {
    fn from(range: RangeFrom<isize>) -> Self {
        Slice::range(range.start, None)
    }
}

impl From<RangeTo<isize>> for Slice {
    fn from(range: RangeTo<isize>) -> Self {
        Slice::range(0, Some(range.end))
    }
}

impl From<RangeToInclusive<isize>> for Slice {
    fn from(range: RangeToInclusive<isize>) -> Self {
        Slice::inclusive(0, range.end)
    }
}

impl From<RangeFull> for Slice {
    fn from(_: RangeFull) -> Self {
        Slice::range(0, None)
    }
}

/// Slices for several axes at once, for [`Tensor::slices`]: ranges or single positions, each with a step after `;`.
///
/// ```
/// use etude_tensor::{Tensor, s};
///
/// let x = Tensor::arange(0_i64, 24, 1)?.reshape([2, 3, 4])?;
/// let y = x.slices(s![-1, .., 1..4;-2])?; // the last matrix, all rows, columns 3 and 1
/// assert_eq!(y, Tensor::from([[15, 13], [19, 17], [23, 21]]));
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[macro_export]
macro_rules! s {
    ($($positions:expr $(; $step:expr)?),* $(,)?) => {
        {
            // To Clippy `1..-1` is an empty range.
            #[allow(clippy::reversed_empty_ranges)]
            let slices = [$($crate::Slice::from($positions)$(.step($step))?),*];
            slices
        }
    };
}

/// The layout of the view that one slice an axis takes, for the operation `op`; axes beyond the list stay whole.
pub(crate) fn slices_layout(op: &str, layout: &Layout, slices: &[Slice]) -> Result<Layout> {
    let rank = layout.shape().rank();
    if slices.len() > rank {
        return Err(Error::axis(
            op,
            format!(
                "{} slices for shape {:?}; expected at most {rank}",
                slices.len(),
                layout.shape()
            ),
        ));
    }
    // From the last axis on, so that an axis that goes doesn't move those that are still to come.
    let mut layout = layout.clone();
    for (axis, slice) in slices.iter().enumerate().rev() {
        layout = slice.apply(op, &layout, axis)?;
    }
    Ok(layout)
}

impl<T: Element> Tensor<T> {
    /// The positions `slice` along `axis`, `y[i] = x[start + i·step]`, or `x[end − 1 + i·step]` for a negative step, as a view: a range
    /// (`1..-1`, `..`, `-3..`), a range with a step (`Slice::from(..).step(-1)`) or a single position, which removes the axis.
    ///
    /// A range whose end doesn't lie behind its start is empty.
    ///
    /// # Errors
    /// If the tensor has no such axis, a bound lies outside it, or the step is 0.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(x.slice(1, ..2)?, Tensor::from([[1.0, 2.0], [4.0, 5.0]]));
    /// assert_eq!(x.slice(-1, -1)?, Tensor::from([3.0, 6.0]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn slice(&self, axis: isize, slice: impl Into<Slice>) -> Result<Self> {
        let axis = axis_index("slice", axis, self.rank())?;
        Ok(self.view(slice.into().apply("slice", self.layout(), axis)?))
    }

    /// A slice of each axis, `y[i, j, …] = x[start₀ + i·step₀, start₁ + j·step₁, …]` as of [`slice`](Tensor::slice), as a view; axes beyond
    /// the list stay whole. [`s!`](crate::s) writes the list.
    ///
    /// # Errors
    /// If there are more slices than axes, a bound lies outside its axis, or a step is 0.
    ///
    /// ```
    /// use etude_tensor::{Tensor, s};
    ///
    /// let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(x.slices(s![.., 1..;-1])?, Tensor::from([[3.0, 2.0], [6.0, 5.0]]));
    /// assert_eq!(x.slices(s![0])?, Tensor::from([1.0, 2.0, 3.0]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn slices(&self, slices: impl AsRef<[Slice]>) -> Result<Self> {
        self.slices_for("slices", slices)
    }

    /// [`slices`](Tensor::slices), `y[i, j, …] = x[start₀ + i·step₀, start₁ + j·step₁, …]`, as a step of the operation `op`, which errors then
    /// name.
    ///
    /// ```
    /// use etude_tensor::{Tensor, s};
    ///
    /// let x = Tensor::from([1.0, 2.0, 3.0]);
    /// assert_eq!(x.slices_for("crop", s![1..])?.to_vec(), [2.0, 3.0]);
    /// let error = x.slices_for("crop", s![1..5]).unwrap_err();
    /// assert!(error.to_string().starts_with("crop: "));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// As there.
    pub fn slices_for(&self, op: &str, slices: impl AsRef<[Slice]>) -> Result<Self> {
        Ok(self.view(slices_layout(op, self.layout(), slices.as_ref())?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_longer_than_any_axis_take_one_position() {
        let x = Tensor::arange(0_i64, 6, 1)
            .unwrap()
            .reshape([3, 2])
            .unwrap();
        let rows = |step: isize| x.slice(0, Slice::from(..).step(step)).unwrap().to_vec();
        assert_eq!(rows(isize::MAX), [0, 1]);
        assert_eq!(rows(isize::MIN), [4, 5]);
        assert_eq!(rows(3), [0, 1]);
        let none = x.narrow(0, 1, 0).unwrap();
        let none = none.slice(0, Slice::from(..).step(isize::MIN)).unwrap();
        assert_eq!(none.shape(), [0, 2]);
    }
    use proptest::prelude::*;

    /// The positions that a slice means, by the definition.
    fn naive(size: isize, start: isize, end: isize, step: isize) -> Vec<i64> {
        let at = |i: isize| if i < 0 { i + size } else { i };
        let range = at(start)..at(end);
        let each = step.unsigned_abs();
        if step > 0 {
            range.step_by(each).map(|i| i as i64).collect()
        } else {
            range.rev().step_by(each).map(|i| i as i64).collect()
        }
    }

    proptest! {
        #[test]
        fn any_slice_of_any_slice(
            size in 0_isize..9,
            bounds in prop::array::uniform4(0.0..1.0_f64),
            steps in prop::array::uniform2(prop::sample::select(vec![-3_isize, -2, -1, 1, 2, 3])),
            negative in any::<bool>(),
        ) {
            let mut x = Tensor::arange(0, size as i64, 1).unwrap();
            let mut expected = x.to_vec();
            for k in 0..2 {
                let size = expected.len() as isize;
                let bound = |b: f64| {
                    let i = (b * (size + 1) as f64) as isize;
                    if negative && i < size { i - size } else { i }
                };
                let (start, end) = (bound(bounds[2 * k]), bound(bounds[2 * k + 1]));
                x = x.slice(0, Slice::from(start..end).step(steps[k])).unwrap();
                expected = naive(size, start, end, steps[k]).iter().map(|&i| expected[i as usize]).collect();
                prop_assert_eq!(x.to_vec(), expected.clone());
            }
        }
    }

    #[test]
    #[allow(clippy::reversed_empty_ranges)]
    fn rusts_ranges() {
        let x = Tensor::arange(0_i64, 5, 1).unwrap();
        let taken = |slice: Slice| x.slice(0, slice).unwrap().to_vec();
        assert_eq!(taken((..).into()), [0, 1, 2, 3, 4]);
        assert_eq!(taken((3..).into()), [3, 4]);
        assert_eq!(taken((-2..).into()), [3, 4]);
        assert_eq!(taken((..-3).into()), [0, 1]);
        assert_eq!(taken((1..=2).into()), [1, 2]);
        assert_eq!(taken((1..=-1).into()), [1, 2, 3, 4]);
        assert_eq!(taken((..=-2).into()), [0, 1, 2, 3]);
        assert_eq!(taken((4..2).into()), [] as [i64; 0]);
        assert_eq!(taken((5..).into()), [] as [i64; 0]);
    }

    #[test]
    fn several_axes_and_removed_ones() {
        let x = Tensor::arange(0_i64, 24, 1)
            .unwrap()
            .reshape([2, 3, 4])
            .unwrap();
        let y = x.slices(s![1, ..;-2, 3]).unwrap();
        assert_eq!((y.shape(), y.to_vec()), (&[2][..], vec![23, 15]));
        assert!(y.shares_storage(&x));
        assert_eq!(x.slices(s![]).unwrap(), x);
        assert_eq!(x.slices(s![0, 0, 0]).unwrap().rank(), 0);
    }

    #[test]
    fn what_lies_outside_is_named() {
        let x = Tensor::<f32>::zeros([2, 3]);
        let message = |r: Result<Tensor>| r.unwrap_err().to_string();
        assert_eq!(
            message(x.slice(1, 1..4)),
            "slice: 1..4 of axis 1, which has size 3; expected bounds from -3 to 3"
        );
        assert_eq!(
            message(x.slice(1, -4..)),
            "slice: -4.. of axis 1, which has size 3; expected bounds from -3 to 3"
        );
        assert_eq!(
            message(x.slice(0, 2)),
            "slice: 2 of axis 0, which has size 2; expected an index inside it"
        );
        assert_eq!(
            message(x.slices(s![.., ..;0])),
            "slices: ..;0 of axis 1, which has size 3; expected a step other than 0"
        );
        assert_eq!(
            message(x.slices(s![.., .., ..])),
            "slices: 3 slices for shape [2, 3]; expected at most 2"
        );
        assert_eq!(
            message(x.slice(2, ..)),
            "slice: axis 2 is out of range for rank 2; expected -2 to 1"
        );
        assert!(x.slice(0, isize::MIN).is_err());
        assert!(x.slice(0, isize::MIN..isize::MAX).is_err());
        assert!(x.slice(0, ..=isize::MAX).is_err());
    }
}
