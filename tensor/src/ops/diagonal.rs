//! The diagonal of two axes. A view whose stride is the sum of both.

use crate::layout::Layout;
use crate::{Element, Error, Result, Shape, Tensor, axis_index};

impl<T: Element> Tensor<T> {
    /// The diagonal over axes `a` and `b`, `y[…, i] = x[…, i, …, i + offset, …]`, as a view: both go, and the diagonal becomes the last
    /// axis. A positive `offset` begins that far along `b`, a negative one along `a`; beyond the edge the diagonal is empty.
    ///
    /// # Errors
    /// If the tensor has no such axis, or both are the same.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(x.diagonal(0, 0, 1)?, Tensor::from([1.0, 5.0]));
    /// assert_eq!(x.diagonal(1, 0, 1)?, Tensor::from([2.0, 6.0]));
    /// assert_eq!(x.diagonal(-1, 0, 1)?, Tensor::from([4.0]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn diagonal(&self, offset: isize, a: isize, b: isize) -> Result<Self> {
        let rank = self.rank();
        let (first, second) = (
            axis_index("diagonal", a, rank)?,
            axis_index("diagonal", b, rank)?,
        );
        if first == second {
            return Err(Error::axis(
                "diagonal",
                format!(
                    "axes {a} and {b} of shape {:?} are the same; expected two",
                    self.shape()
                ),
            ));
        }
        let (mut sizes, mut strides) = (self.shape().to_vec(), self.strides());
        let skip = offset.unsigned_abs();
        let (along_a, along_b) = if offset >= 0 { (0, skip) } else { (skip, 0) };
        let left = |size: usize, skip: usize| size.saturating_sub(skip);
        let len = left(sizes[first], along_a).min(left(sizes[second], along_b));
        let start = match len {
            0 => 0,
            _ => along_a as isize * strides[first] + along_b as isize * strides[second],
        };
        let step = strides[first] + strides[second];
        for axis in [first.max(second), first.min(second)] {
            sizes.remove(axis);
            strides.remove(axis);
        }
        sizes.push(len);
        strides.push(step);
        let place = self.layout().offset().wrapping_add_signed(start);
        Ok(self.view(Layout::strided(Shape::from(sizes), strides, place)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_diagonal_of_any_axes() {
        let x = Tensor::arange(0_i64, 60, 1)
            .unwrap()
            .reshape([3, 4, 5])
            .unwrap();
        let x = x.flip(1).unwrap();
        for (a, b, kept) in [(0, 1, 2), (2, 0, 1), (1, 2, 0), (-1, 1, 0)] {
            for offset in -6..=6_isize {
                let y = x.diagonal(offset, a, b).unwrap();
                let (pa, pb) = (a.rem_euclid(3) as usize, b.rem_euclid(3) as usize);
                let mut expected = Vec::new();
                for k in 0..x.shape()[kept] as isize {
                    for i in 0..x.shape()[pa] as isize {
                        let j = i + offset;
                        if (0..x.shape()[pb] as isize).contains(&j) {
                            let mut index = [0; 3];
                            (index[kept], index[pa], index[pb]) = (k, i, j);
                            expected.push(x.at(&index).unwrap());
                        }
                    }
                }
                assert_eq!(y.to_vec(), expected, "{a} {b} {offset}");
            }
        }
        assert_eq!(x.diagonal(isize::MIN, 0, 1).unwrap().shape(), [5, 0]);
    }

    #[test]
    fn one_axis_has_no_diagonal() {
        let x = Tensor::<f32>::zeros([2, 3]);
        assert_eq!(
            x.diagonal(0, 1, -1).unwrap_err().to_string(),
            "diagonal: axes 1 and -1 of shape [2, 3] are the same; expected two"
        );
    }
}
