//! A constant border.

use super::pad_with::check_border;
use crate::layout::Layout;
use crate::{Element, Result, Tensor};

impl<T: Element> Tensor<T> {
    /// The tensor with `value` around it, `y[i + before] = x[i]`: for each axis, how many positions before and behind.
    ///
    /// # Errors
    /// If there isn't one pair for each axis, or the result is larger than memory.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0, 2.0]]);
    /// assert_eq!(x.pad([(1, 0), (0, 1)], 0.0)?, Tensor::from([[0.0, 0.0, 0.0], [1.0, 2.0, 0.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn pad(&self, border: impl AsRef<[(usize, usize)]>, value: T) -> Result<Self> {
        let border = border.as_ref();
        let shape = check_border("pad", self.shape(), border)?;
        shape.check_fits("pad", size_of::<T>())?;
        let mut region = Layout::contiguous(shape.clone());
        for (axis, (&size, &(before, _))) in self.shape().iter().zip(border).enumerate() {
            region = region.range(axis, before, size, 1);
        }
        let mut padded = Tensor::full(shape, value);
        crate::copy::write(padded.make_mut(), &region, self, |y, x| *y = x);
        Ok(padded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tensor_stands_inside_its_border() {
        let x = Tensor::arange(0_i64, 24, 1)
            .unwrap()
            .reshape([2, 3, 4])
            .unwrap();
        let x = x.permute([2, 0, 1]).unwrap();
        let y = x.pad([(1, 2), (0, 0), (3, 1)], -1).unwrap();
        assert_eq!(y.shape(), [7, 2, 7]);
        assert_eq!(y.slices(crate::s![1..5, .., 3..6]).unwrap(), x);
        assert_eq!(y.to_vec().iter().filter(|&&v| v == -1).count(), 98 - 24);
        assert_eq!(
            Tensor::<f32>::zeros([0])
                .pad([(1, 1)], 5.0)
                .unwrap()
                .to_vec(),
            [5.0, 5.0]
        );
        assert_eq!(Tensor::scalar(1.0).pad([], 0.0).unwrap().to_vec(), [1.0]);
    }

    #[test]
    fn a_border_has_a_pair_for_each_axis() {
        let x = Tensor::<f32>::zeros([2, 3]);
        assert_eq!(
            x.pad([(1, 1)], 0.0).unwrap_err().to_string(),
            "pad: 1 pairs (before, behind) for shape [2, 3]; expected one for each axis"
        );
        assert!(x.pad([(usize::MAX, 1), (0, 0)], 0.0).is_err());
    }
}
