//! Sizes along the axes, and how axes are named.

use crate::{Error, Result};
use std::fmt;
use std::ops::Deref;

/// Up to this rank the sizes lie in the tensor itself; above, in a heap block of their own.
const INLINE: usize = 4;

/// The sizes of a tensor along its axes, slowest first. Derefs to `&[usize]`.
///
/// ```
/// use etude_tensor::Shape;
///
/// let shape = Shape::from([2, 3, 4]);
/// assert_eq!(shape.rank(), 3);
/// assert_eq!(shape.elements(), 24);
/// assert_eq!(shape[1], 3);
/// ```
#[derive(Clone)]
pub struct Shape(Repr);

#[derive(Clone)]
enum Repr {
    Inline { rank: Rank, sizes: [usize; INLINE] },
    Heap(Box<[usize]>),
}

/// A rank up to [`INLINE`]. It fills a word, of which the other values stand for the other variant of [`Repr`]: so a
/// shape is copied word by word, with no odd bytes, which matters to tensors of a few elements.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
enum Rank {
    Zero,
    One,
    Two,
    Three,
    Four,
}

impl Shape {
    /// The shape with these sizes.
    #[inline]
    pub fn new(sizes: &[usize]) -> Self {
        // What isn't used stays 0, so that two shapes can be compared whole.
        let (rank, sizes) = match *sizes {
            [] => (Rank::Zero, [0; INLINE]),
            [a] => (Rank::One, [a, 0, 0, 0]),
            [a, b] => (Rank::Two, [a, b, 0, 0]),
            [a, b, c] => (Rank::Three, [a, b, c, 0]),
            [a, b, c, d] => (Rank::Four, [a, b, c, d]),
            _ => return Shape(Repr::Heap(sizes.into())),
        };
        Shape(Repr::Inline { rank, sizes })
    }

    /// The number of axes.
    #[inline]
    pub fn rank(&self) -> usize {
        self.len()
    }

    /// The number of elements: the product of the sizes, 1 for rank 0. Where it overflows, `usize::MAX`; no tensor has such a
    /// shape.
    #[inline]
    pub fn elements(&self) -> usize {
        match **self {
            // Most shapes, without a loop.
            [] => 1,
            [a] => a,
            [a, b] => a.saturating_mul(b),
            ref sizes => sizes.iter().fold(1, |n, &size| n.saturating_mul(size)),
        }
    }

    /// The number of elements, or `None` where memory can't address them. Sizes of 0 count as 1 there, since strides are counted
    /// beside them too: `[2⁴⁰, 2⁴⁰, 0]` is no shape of a tensor, as in NumPy.
    pub fn checked_elements(&self) -> Option<usize> {
        let places = self
            .iter()
            .try_fold(1_usize, |n, &size| n.checked_mul(size.max(1)))?;
        (places <= isize::MAX as usize / 16).then(|| match self.contains(&0) {
            true => 0,
            false => places,
        })
    }

    /// Refuses a shape whose elements, of so many bytes each, memory has no room for. Where sizes come from a configuration or a file, too
    /// large a one is so an error of the operation `op`, and doesn't end the process.
    ///
    /// # Errors
    /// If it hasn't.
    pub fn check_fits(&self, op: &str, bytes: usize) -> Result<()> {
        let total = self.checked_elements().and_then(|n| n.checked_mul(bytes));
        if total.is_some_and(crate::memory::has_room) {
            return Ok(());
        }
        let message = format!("a tensor of shape {:?} doesn't fit into memory", &self[..]);
        Err(Error::shape(op, message))
    }

    /// The distance in elements from one index to the next along each axis, in row-major order.
    pub fn strides(&self) -> Strides {
        let mut strides = Strides::from_elem(0, self.rank());
        let mut step = 1_isize;
        for (stride, &size) in strides.iter_mut().zip(self.iter()).rev() {
            *stride = step;
            step = step.saturating_mul(size.max(1) as isize);
        }
        strides
    }

    /// The shape that both broadcast to, by NumPy's rule: aligned at the last axis, sizes equal or one of them 1.
    ///
    /// # Errors
    /// If an axis has two different sizes, neither of them 1, or memory can't address so many elements.
    pub fn broadcast(op: &str, a: &[usize], b: &[usize]) -> Result<Shape> {
        let rank = a.len().max(b.len());
        let size = |s: &[usize], i: usize| (i + s.len()).checked_sub(rank).map_or(1, |i| s[i]);
        let mut sizes = Vec::with_capacity(rank);
        for i in 0..rank {
            sizes.push(match (size(a, i), size(b, i)) {
                (x, y) if x == y => x,
                (1, y) => y,
                (x, 1) => x,
                (x, y) => {
                    return Err(Error::shape(
                        op,
                        format!(
                            "shapes {a:?} and {b:?} don't broadcast: axis {} from the end has sizes {x} and {y}; \
                             expected equal sizes or a 1",
                            rank - i
                        ),
                    ));
                }
            });
        }
        let shape = Shape::from(sizes);
        match shape.checked_elements() {
            Some(_) => Ok(shape),
            None => Err(Error::shape(
                op,
                format!("shape {shape:?} has more elements than memory can address"),
            )),
        }
    }

    /// The shape with these sizes, for a tensor of elements of so many bytes: unless memory has no room for them.
    ///
    /// # Errors
    /// If it hasn't.
    pub(crate) fn fitting(op: &str, sizes: Vec<usize>, bytes: usize) -> Result<Shape> {
        let shape = Shape::from(sizes);
        shape.check_fits(op, bytes)?;
        Ok(shape)
    }
}

impl Deref for Shape {
    type Target = [usize];
    #[inline]
    fn deref(&self) -> &[usize] {
        match &self.0 {
            Repr::Inline { rank, sizes } => &sizes[..*rank as usize],
            Repr::Heap(sizes) => sizes,
        }
    }
}

impl PartialEq for Shape {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (
                Repr::Inline {
                    rank: a_rank,
                    sizes: a,
                },
                Repr::Inline {
                    rank: b_rank,
                    sizes: b,
                },
            ) => a_rank == b_rank && a == b,
            _ => **self == **other,
        }
    }
}

impl Eq for Shape {}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<const N: usize> From<[usize; N]> for Shape {
    fn from(sizes: [usize; N]) -> Self {
        Shape::new(&sizes)
    }
}

impl<const N: usize> From<&[usize; N]> for Shape {
    fn from(sizes: &[usize; N]) -> Self {
        Shape::new(sizes)
    }
}

impl From<&[usize]> for Shape {
    #[inline]
    fn from(sizes: &[usize]) -> Self {
        Shape::new(sizes)
    }
}

impl From<Vec<usize>> for Shape {
    fn from(sizes: Vec<usize>) -> Self {
        Shape::new(&sizes)
    }
}

impl From<&Vec<usize>> for Shape {
    fn from(sizes: &Vec<usize>) -> Self {
        Shape::new(sizes)
    }
}

impl From<&Shape> for Shape {
    fn from(shape: &Shape) -> Self {
        shape.clone()
    }
}

/// Rank 0: one element, no axes.
impl From<()> for Shape {
    fn from((): ()) -> Self {
        Shape::new(&[])
    }
}

/// Steps between neighbours along each axis, in elements; 0 repeats an element, a negative one walks backwards.
pub type Strides = smallvec::SmallVec<[isize; INLINE]>;

/// The position of `axis` from the front; a negative one counts from the end.
///
/// # Errors
/// If `rank` has no such axis.
pub fn axis_index(op: &str, axis: isize, rank: usize) -> Result<usize> {
    let index = if axis < 0 { axis + rank as isize } else { axis };
    if (0..rank as isize).contains(&index) {
        Ok(index as usize)
    } else if rank == 0 {
        Err(Error::axis(
            op,
            format!("axis {axis} of a tensor of rank 0, which has no axes"),
        ))
    } else {
        Err(Error::axis(
            op,
            format!(
                "axis {axis} is out of range for rank {rank}; expected -{rank} to {}",
                rank - 1
            ),
        ))
    }
}

/// The axes that an operation works over, and whether a reduction keeps them with size 1.
///
/// Built from an integer, an array, a slice or `..` for all; negative axes count from the end.
///
/// ```
/// use etude_tensor::{Axes, Tensor};
///
/// let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
/// assert_eq!(x.sum(0)?.to_vec(), [4.0, 6.0]);
/// assert_eq!(x.sum(..)?.to_vec(), [10.0]);
/// assert_eq!(x.sum(Axes::from([0, 1]).keepdims())?.shape(), [1, 1]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axes {
    /// `None` stands for all axes.
    list: Option<smallvec::SmallVec<[isize; INLINE]>>,
    keepdims: bool,
}

impl Axes {
    /// All axes.
    pub fn all() -> Self {
        Axes {
            list: None,
            keepdims: false,
        }
    }

    /// Keeps the reduced axes in the result, with size 1, so that it broadcasts against the input.
    #[must_use]
    pub fn keepdims(mut self) -> Self {
        self.keepdims = true;
        self
    }

    /// Whether the reduced axes stay in the result with size 1.
    pub fn keeps_dims(&self) -> bool {
        self.keepdims
    }

    /// The axes as positions from the front, ascending.
    ///
    /// # Errors
    /// If an axis is out of range or named twice.
    pub fn resolve(&self, op: &str, rank: usize) -> Result<smallvec::SmallVec<[usize; INLINE]>> {
        let Some(list) = &self.list else {
            return Ok((0..rank).collect());
        };
        let mut axes = smallvec::SmallVec::new();
        for &axis in list {
            let index = axis_index(op, axis, rank)?;
            if axes.contains(&index) {
                return Err(Error::axis(
                    op,
                    format!("axis {axis} is named twice in {:?}", &list[..]),
                ));
            }
            axes.push(index);
        }
        axes.sort_unstable();
        Ok(axes)
    }
}

impl From<isize> for Axes {
    fn from(axis: isize) -> Self {
        Axes::from([axis])
    }
}

impl<const N: usize> From<[isize; N]> for Axes {
    fn from(axes: [isize; N]) -> Self {
        Axes::from(&axes[..])
    }
}

impl From<&[isize]> for Axes {
    fn from(axes: &[isize]) -> Self {
        Axes {
            list: Some(axes.into()),
            keepdims: false,
        }
    }
}

impl From<Vec<isize>> for Axes {
    fn from(axes: Vec<isize>) -> Self {
        Axes::from(&axes[..])
    }
}

impl From<&Axes> for Axes {
    fn from(axes: &Axes) -> Self {
        axes.clone()
    }
}

/// All axes.
impl From<std::ops::RangeFull> for Axes {
    fn from(_: std::ops::RangeFull) -> Self {
        Axes::all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_inline_and_on_the_heap_look_the_same() {
        for rank in 0..7 {
            let sizes: Vec<usize> = (1..=rank).collect();
            let shape = Shape::new(&sizes);
            assert_eq!(&*shape, &sizes[..]);
            assert_eq!(shape.elements(), sizes.iter().product::<usize>());
        }
    }

    #[test]
    fn strides_are_row_major() {
        assert_eq!(Shape::from([2, 3, 4]).strides()[..], [12, 4, 1]);
        assert_eq!(Shape::from(()).strides()[..], [] as [isize; 0]);
    }

    #[test]
    fn broadcasting_follows_numpy() {
        let shape = Shape::broadcast("add", &[4, 1, 3], &[2, 1]).unwrap();
        assert_eq!(&*shape, [4, 2, 3]);
        assert_eq!(&*Shape::broadcast("add", &[0], &[1]).unwrap(), [0]);
        let message = Shape::broadcast("add", &[2, 3], &[4, 3])
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "add: shapes [2, 3] and [4, 3] don't broadcast: axis 2 from the end has sizes 2 and 4; expected equal sizes or a 1"
        );
    }

    #[test]
    fn an_overflowing_count_is_seen() {
        assert_eq!(Shape::from([usize::MAX, 2]).checked_elements(), None);
        assert_eq!(Shape::from([usize::MAX, 2, 0]).checked_elements(), None);
        assert_eq!(
            Shape::from([1 << 20, 0, 1 << 20]).checked_elements(),
            Some(0)
        );
        // What can't be a tensor's shape can still be asked.
        let huge = Shape::from([1 << 40, 1 << 40, 1 << 40, 0]);
        assert_eq!((huge.elements(), huge.strides()[3]), (0, 1));
        assert_eq!(Shape::from([1 << 40, 1 << 40]).elements(), usize::MAX);
        let message = Shape::broadcast("add", &[1 << 33, 1], &[1, 1 << 33])
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "add: shape [8589934592, 8589934592] has more elements than memory can address"
        );
    }

    #[test]
    fn axes_resolve_or_say_why_not() {
        assert_eq!(Axes::from([-1, 0]).resolve("sum", 3).unwrap()[..], [0, 2]);
        assert_eq!(Axes::from(..).resolve("sum", 2).unwrap()[..], [0, 1]);
        let twice = Axes::from([1, -1])
            .resolve("sum", 2)
            .unwrap_err()
            .to_string();
        assert_eq!(twice, "sum: axis -1 is named twice in [1, -1]");
        let outside = Axes::from(2).resolve("sum", 2).unwrap_err().to_string();
        assert_eq!(
            outside,
            "sum: axis 2 is out of range for rank 2; expected -2 to 1"
        );
    }
}
