//! How an index becomes a place in memory: `offset + Σ indexᵢ · strideᵢ`.
//!
//! Slicing, transposing, broadcasting and flipping only change these numbers, which is why they copy nothing:
//! broadcasting is a stride of 0, flipping a negative one.

use crate::shape::{Shape, Strides};
use crate::{Error, Result};

/// Shape, strides and offset of a view. Strides are stored only where they aren't row-major.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    shape: Shape,
    strides: Option<Box<Strides>>,
    offset: usize,
}

impl Layout {
    /// Row-major from the buffer's first element on.
    #[inline]
    pub(crate) fn contiguous(shape: Shape) -> Self {
        Layout {
            shape,
            strides: None,
            offset: 0,
        }
    }

    /// A view with these strides. The strides of axes of size 1, and of an empty view, don't matter; they are
    /// ignored when the view is recognised as row-major.
    pub(crate) fn strided(shape: Shape, strides: Strides, offset: usize) -> Self {
        debug_assert_eq!(shape.rank(), strides.len());
        let row_major = shape.strides();
        let plain = shape.contains(&0)
            || shape
                .iter()
                .zip(strides.iter().zip(&row_major))
                .all(|(&size, (a, b))| size == 1 || a == b);
        Layout {
            shape,
            strides: (!plain).then(|| Box::new(strides)),
            offset,
        }
    }

    #[inline]
    pub(crate) fn shape(&self) -> &Shape {
        &self.shape
    }

    #[inline]
    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    pub(crate) fn strides(&self) -> Strides {
        match &self.strides {
            None => self.shape.strides(),
            Some(strides) => (**strides).clone(),
        }
    }

    /// Whether the elements lie in row-major order without gaps.
    #[inline]
    pub(crate) fn is_contiguous(&self) -> bool {
        self.strides.is_none()
    }

    /// Repeats axes of size 1, and new leading ones, to reach `shape`.
    pub(crate) fn broadcast_to(&self, op: &str, shape: &Shape) -> Result<Layout> {
        let misfit = |why: String| {
            Err(Error::shape(
                op,
                format!("can't broadcast shape {:?} to {shape:?}: {why}", self.shape),
            ))
        };
        let Some(extra) = shape.rank().checked_sub(self.shape.rank()) else {
            return misfit(format!("expected at least rank {}", self.shape.rank()));
        };
        if extra == 0 && *shape == self.shape {
            return Ok(self.clone());
        }
        let mut strides = Strides::from_elem(0, extra);
        for (i, (&size, stride)) in self.shape.iter().zip(self.strides()).enumerate() {
            strides.push(match (size, shape[extra + i]) {
                (from, to) if from == to => stride,
                (1, _) => 0,
                (from, to) => {
                    return misfit(format!("axis {i} has size {from}; expected {to} or 1"));
                }
            });
        }
        Ok(Layout::strided(shape.clone(), strides, self.offset))
    }

    /// The axes in another order: axis `i` of the result is axis `order[i]` of this. `order` is a permutation.
    pub(crate) fn permute(&self, order: &[usize]) -> Layout {
        let strides = self.strides();
        let sizes: smallvec::SmallVec<[usize; 4]> =
            order.iter().map(|&axis| self.shape[axis]).collect();
        let permuted = order.iter().map(|&axis| strides[axis]).collect();
        Layout::strided(Shape::new(&sizes), permuted, self.offset)
    }

    /// `len` elements along `axis`, from `start` on, each `step` after the one before. The caller has checked the range.
    pub(crate) fn range(&self, axis: usize, start: usize, len: usize, step: isize) -> Layout {
        let mut strides = self.strides();
        let mut sizes = self.shape.to_vec();
        // A longer step than the axis leads to no second element, and might overflow.
        let longest = sizes[axis] as isize;
        let step = step.clamp(-longest, longest);
        let start = if len == 0 {
            0
        } else {
            start as isize * strides[axis]
        };
        strides[axis] *= step;
        sizes[axis] = len;
        Layout::strided(
            Shape::from(sizes),
            strides,
            self.offset.wrapping_add_signed(start),
        )
    }

    /// Without `axis`, at position `index` of it.
    pub(crate) fn select(&self, axis: usize, index: usize) -> Layout {
        let mut strides = self.strides();
        let mut sizes = self.shape.to_vec();
        sizes.remove(axis);
        let step = strides.remove(axis);
        Layout::strided(
            Shape::from(sizes),
            strides,
            self.offset.wrapping_add_signed(index as isize * step),
        )
    }

    /// The same elements in row-major order under another shape of as many elements, if strides can express it.
    pub(crate) fn reshape(&self, shape: &Shape) -> Option<Layout> {
        debug_assert_eq!(self.shape.elements(), shape.elements());
        if self.is_contiguous() {
            return Some(Layout {
                shape: shape.clone(),
                strides: None,
                offset: self.offset,
            });
        }
        // Axes of size 1 carry no information. What remains is merged into blocks of axes that lie behind each other
        // in memory, and each block is cut up again by the new sizes; one that straddles two blocks can't be a view.
        let mut blocks: Vec<(usize, isize)> = Vec::new();
        for (&size, stride) in self
            .shape
            .iter()
            .zip(self.strides())
            .filter(|&(&size, _)| size != 1)
        {
            match blocks.last_mut() {
                Some((len, step)) if *step == size as isize * stride => {
                    (*len, *step) = (*len * size, stride)
                }
                _ => blocks.push((size, stride)),
            }
        }
        let mut strides = Strides::from_elem(0, shape.rank());
        let mut blocks = blocks.into_iter().rev();
        let (mut left, mut step) = (1, 1);
        for (stride, &size) in strides
            .iter_mut()
            .zip(shape.iter())
            .rev()
            .filter(|(_, size)| **size != 1)
        {
            if left == 1 {
                (left, step) = blocks.next()?;
            }
            if left % size != 0 {
                return None;
            }
            *stride = step;
            step *= size as isize;
            left /= size;
        }
        Some(Layout::strided(shape.clone(), strides, self.offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(sizes: &[usize]) -> Layout {
        Layout::contiguous(Shape::new(sizes))
    }

    #[test]
    fn a_permutation_there_and_back_is_contiguous_again() {
        let there = layout(&[2, 3, 4]).permute(&[2, 0, 1]);
        assert_eq!(there.strides()[..], [1, 12, 4]);
        assert!(!there.is_contiguous());
        assert!(there.permute(&[1, 2, 0]).is_contiguous());
    }

    #[test]
    fn broadcasting_repeats_by_stride_zero() {
        let wide = layout(&[3, 1])
            .broadcast_to("t", &Shape::from([2, 3, 4]))
            .unwrap();
        assert_eq!(wide.strides()[..], [0, 1, 0]);
        let message = layout(&[3])
            .broadcast_to("t", &Shape::from([2, 4]))
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "t: can't broadcast shape [3] to [2, 4]: axis 0 has size 3; expected 4 or 1"
        );
    }

    #[test]
    fn reshape_is_a_view_where_strides_can_express_it() {
        let x = layout(&[4, 6]).permute(&[1, 0]);
        assert_eq!(
            x.reshape(&Shape::from([6, 2, 2])).unwrap().strides()[..],
            [1, 12, 6]
        );
        assert!(x.reshape(&Shape::from([24])).is_none());
        let rows = layout(&[4, 6]).range(0, 1, 2, 2);
        assert_eq!(rows.offset(), 6);
        assert_eq!(
            rows.reshape(&Shape::from([2, 1, 3, 2])).unwrap().strides()[..],
            [12, 0, 2, 1]
        );
    }
}
