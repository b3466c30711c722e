//! Axes the other way round. A view with negative strides.

use crate::{Axes, Element, Result, Tensor};

impl<T: Element> Tensor<T> {
    /// The tensor with `axes` reversed, `y[…, i, …] = x[…, n − 1 − i, …]`, as a view.
    ///
    /// # Errors
    /// If an axis is out of range or named twice.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.flip(0)?, Tensor::from([[3.0, 4.0], [1.0, 2.0]]));
    /// assert_eq!(x.flip(..)?, Tensor::from([[4.0, 3.0], [2.0, 1.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn flip(&self, axes: impl Into<Axes>) -> Result<Self> {
        let mut layout = self.layout().clone();
        for axis in axes.into().resolve("flip", self.rank())? {
            let size = layout.shape()[axis];
            layout = layout.range(axis, size.saturating_sub(1), size, -1);
        }
        Ok(self.view(layout))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flipped_twice_is_the_same_view() {
        let x = Tensor::arange(0_i64, 24, 1)
            .unwrap()
            .reshape([2, 3, 4])
            .unwrap();
        let y = x.flip([0, -1]).unwrap();
        for (i, j, k) in (0..24).map(|n| (n / 12, n / 4 % 3, n % 4)) {
            assert_eq!(y.at(&[i, j, k]).unwrap(), x.at(&[1 - i, j, 3 - k]).unwrap());
        }
        let back = y.flip([0, 2]).unwrap();
        assert!(back.is_contiguous() && back.shares_storage(&x));
        assert_eq!(back, x);
        assert_eq!(
            Tensor::<f32>::zeros([0, 2]).flip(..).unwrap().shape(),
            [0, 2]
        );
    }

    #[test]
    fn an_axis_named_twice_is_an_error() {
        let err = Tensor::<f32>::zeros([2, 2]).flip([0, -2]).unwrap_err();
        assert_eq!(err.to_string(), "flip: axis -2 is named twice in [0, -2]");
    }
}
