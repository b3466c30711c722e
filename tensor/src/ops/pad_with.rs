//! Borders that continue the tensor.

use crate::element::Number;
use crate::{Element, Error, Result, Tensor};

/// What a border shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PadMode {
    /// One value: `0 0 | 1 2 3 | 0 0`.
    Constant(f64),
    /// The tensor in a mirror at its outermost element: `3 2 | 1 2 3 | 2 1`.
    Reflect,
    /// The outermost element: `1 1 | 1 2 3 | 3 3`.
    Edge,
    /// The other end: `2 3 | 1 2 3 | 1 2`.
    Circular,
}

impl PadMode {
    /// For each axis with a border, the positions that it shows with it, in order. None for [`PadMode::Constant`], which
    /// shows what no position has.
    ///
    /// # Errors
    /// If there isn't one pair `(before, behind)` for each axis, or an axis with a border has no elements to show.
    pub fn positions(
        self,
        op: &str,
        shape: &[usize],
        border: &[(usize, usize)],
    ) -> Result<Vec<(isize, Tensor<i64>)>> {
        check_border(op, shape, border)?;
        let mut all = Vec::new();
        for (axis, (&size, &(before, behind))) in shape.iter().zip(border).enumerate() {
            if (before, behind) == (0, 0) || matches!(self, PadMode::Constant(_)) {
                continue;
            }
            if size == 0 {
                return Err(Error::shape(
                    op,
                    format!(
                        "a border of {before} and {behind} along axis {axis} of shape {shape:?}; expected an axis with elements"
                    ),
                ));
            }
            let n = size as i64;
            let source = |i: i64| match self {
                PadMode::Reflect => {
                    // There and back again, without showing the ends twice.
                    let i = i.rem_euclid((2 * n - 2).max(1));
                    i.min(2 * n - 2 - i).max(0)
                }
                PadMode::Circular => i.rem_euclid(n),
                PadMode::Edge | PadMode::Constant(_) => i.clamp(0, n - 1),
            };
            // The positions are listed, which takes as much memory as a vector of them.
            crate::Shape::from([size + before + behind]).check_fits(op, size_of::<i64>())?;
            let places = -(before as i64)..n + behind as i64;
            all.push((axis as isize, places.map(source).collect()));
        }
        Ok(all)
    }
}

/// That a border has a pair for each axis, and gives what memory can hold.
pub(super) fn check_border(
    op: &str,
    shape: &[usize],
    border: &[(usize, usize)],
) -> Result<crate::Shape> {
    if border.len() != shape.len() {
        return Err(Error::shape(
            op,
            format!(
                "{} pairs (before, behind) for shape {shape:?}; expected one for each axis",
                border.len()
            ),
        ));
    }
    let sizes = shape.iter().zip(border);
    let sizes =
        sizes.map(|(&size, &(before, behind))| size.saturating_add(before).saturating_add(behind));
    // A byte is the least that an element takes.
    crate::Shape::fitting(op, sizes.collect(), 1)
}

impl<T: Element> Tensor<T> {
    /// The tensor with a border of `(before, behind)` positions on each axis that continues it as `mode` says:
    /// `y[i + before] = x[mode(i)]`, where mode leads an i outside the tensor to one inside. A reflection or a circle goes round as often
    /// as the border needs. [`pad`](Tensor::pad) is the same for one value.
    ///
    /// ```
    /// use etude_tensor::{PadMode, Tensor};
    ///
    /// let x = Tensor::from([1, 2, 3_i64]);
    /// assert_eq!(x.pad_with([(2, 1)], PadMode::Reflect)?.to_vec(), [3, 2, 1, 2, 3, 2]);
    /// assert_eq!(x.pad_with([(2, 1)], PadMode::Edge)?.to_vec(), [1, 1, 1, 2, 3, 3]);
    /// assert_eq!(x.pad_with([(2, 1)], PadMode::Circular)?.to_vec(), [2, 3, 1, 2, 3, 1]);
    /// assert_eq!(x.pad_with([(2, 1)], PadMode::Constant(7.0))?.to_vec(), [7, 7, 1, 2, 3, 7]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there isn't one pair for each axis, an axis with a border has no elements to continue, or the result is larger
    /// than memory.
    pub fn pad_with(&self, border: impl AsRef<[(usize, usize)]>, mode: PadMode) -> Result<Self> {
        let border = border.as_ref();
        let mut y = self.clone();
        for (axis, at) in mode.positions("pad_with", self.shape(), border)? {
            y = y.index_select_for("pad_with", axis, &at)?;
        }
        match mode {
            PadMode::Constant(value) => self.pad(border, T::from_number(Number::Real(value))),
            _ => Ok(y),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_longer_than_the_axis() {
        let x = Tensor::from([1, 2, 3_i64]);
        let y = |mode| x.pad_with([(5, 6)], mode).unwrap().to_vec();
        assert_eq!(
            y(PadMode::Reflect),
            [2, 1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3, 2, 1]
        );
        assert_eq!(
            y(PadMode::Circular),
            [2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]
        );
        let one = Tensor::from([7_i64]);
        for mode in [PadMode::Reflect, PadMode::Edge, PadMode::Circular] {
            assert_eq!(one.pad_with([(2, 1)], mode).unwrap().to_vec(), [7; 4]);
        }
    }

    #[test]
    fn borders_longer_than_memory() {
        let x = Tensor::from([1, 2, 3_i64]);
        for border in [(1 << 50, 0), (0, usize::MAX)] {
            for mode in [PadMode::Edge, PadMode::Reflect, PadMode::Constant(0.0)] {
                let message = x.pad_with([border], mode).unwrap_err().to_string();
                assert!(
                    message.starts_with("pad_with: a tensor of shape ["),
                    "{message}"
                );
            }
        }
    }

    #[test]
    fn several_axes() {
        let x = Tensor::from([[1, 2], [3, 4_i64]]).transpose(0, 1).unwrap();
        let y = x.pad_with([(0, 1), (1, 0)], PadMode::Edge).unwrap();
        assert_eq!(y, Tensor::from([[1, 1, 3], [2, 2, 4], [2, 2, 4]]));
        assert_eq!(
            Tensor::<f32>::zeros([0, 2])
                .pad_with([(1, 0), (0, 0)], PadMode::Edge)
                .unwrap_err()
                .to_string(),
            "pad_with: a border of 1 and 0 along axis 0 of shape [0, 2]; expected an axis with elements"
        );
    }
}
