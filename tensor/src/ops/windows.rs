//! Sliding windows. A view in which elements appear many times.
//!
//! Convolution and pooling are a product with, and a reduction over, the windows of the spatial axes.

use crate::layout::Layout;
use crate::{Element, Error, Result, Shape, Tensor, axis_index};

/// A window that slides along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    axis: isize,
    size: usize,
    step: usize,
    dilation: usize,
}

impl Window {
    /// Windows of `size` neighbours along `axis`, one at each position.
    pub fn new(axis: isize, size: usize) -> Self {
        Window {
            axis,
            size,
            step: 1,
            dilation: 1,
        }
    }

    /// From one window to the next, `step` positions.
    #[must_use]
    pub fn step(self, step: usize) -> Self {
        Window { step, ..self }
    }

    /// From one element of the window to the next, `dilation` positions.
    #[must_use]
    pub fn dilation(self, dilation: usize) -> Self {
        Window { dilation, ..self }
    }

    /// How many windows fit an axis of `len` positions.
    fn count(self, len: usize, shape: &[usize]) -> Result<usize> {
        let Window {
            axis,
            size,
            step,
            dilation,
        } = self;
        if size == 0 || step == 0 || dilation == 0 {
            return Err(Error::value(
                "windows",
                format!(
                    "size {size}, step {step}, dilation {dilation} along axis {axis}; expected each at least 1"
                ),
            ));
        }
        let span = (size - 1)
            .checked_mul(dilation)
            .and_then(|n| n.checked_add(1));
        match span {
            Some(span) if span <= len => Ok((len - span) / step + 1),
            _ => Err(Error::shape(
                "windows",
                format!(
                    "a window of {size} elements with dilation {dilation} doesn't fit axis {axis} of shape {shape:?}"
                ),
            )),
        }
    }
}

impl<T: Element> Tensor<T> {
    /// Sliding windows along some axes, `y[…, i, …, k] = x[…, i·step + k·dilation, …]`, as a view: each such axis then counts windows, and
    /// the elements of a window follow as new last axes, in the order of `windows`.
    ///
    /// # Errors
    /// If an axis is out of range or named twice, a size, step or dilation is 0, a window is longer than its axis, or memory has no room
    /// for so many elements.
    ///
    /// ```
    /// use etude_tensor::{Tensor, Window};
    ///
    /// let x = Tensor::from([1.0, 2.0, 3.0, 4.0]);
    /// let pairs = x.windows([Window::new(0, 2)])?;
    /// assert_eq!(pairs, Tensor::from([[1.0, 2.0], [2.0, 3.0], [3.0, 4.0]]));
    ///
    /// let images = Tensor::<f32>::zeros([8, 28, 28, 3]);
    /// let patches = images.windows([Window::new(1, 3).step(2), Window::new(2, 3).step(2)])?;
    /// assert_eq!(patches.shape(), [8, 13, 13, 3, 3, 3]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn windows(&self, windows: impl AsRef<[Window]>) -> Result<Self> {
        let windows = windows.as_ref();
        let axes: Vec<isize> = windows.iter().map(|window| window.axis).collect();
        crate::Axes::from(axes).resolve("windows", self.rank())?;
        let (mut sizes, mut strides) = (self.shape().to_vec(), self.strides());
        for window in windows {
            let axis = axis_index("windows", window.axis, self.rank())?;
            sizes.push(window.size);
            let len = self.shape()[axis];
            sizes[axis] = window.count(len, self.shape())?;
            // A longer way than the axis leads to no second element, and might overflow.
            strides.push(strides[axis] * window.dilation.min(len) as isize);
            strides[axis] *= window.step.min(len) as isize;
        }
        let shape = Shape::fitting("windows", sizes, size_of::<T>())?;
        Ok(self.view(Layout::strided(shape, strides, self.layout().offset())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_and_dilations_along_two_axes() {
        let x = Tensor::arange(0_i64, 2 * 9 * 7, 1)
            .unwrap()
            .reshape([9, 2, 7])
            .unwrap();
        let x = x.flip(0).unwrap();
        let y = x
            .windows([
                Window::new(-1, 3).dilation(2),
                Window::new(0, 2).step(3).dilation(4),
            ])
            .unwrap();
        assert_eq!(y.shape(), [2, 2, 3, 3, 2]);
        for n in 0..72 {
            let (i, c, j, q, p) = (n / 36, n / 18 % 2, n / 6 % 3, n / 2 % 3, n % 2);
            let expected = x.at(&[i * 3 + p * 4, c, j + q * 2]).unwrap();
            assert_eq!(y.at(&[i, c, j, q, p]).unwrap(), expected);
        }
        assert!(y.shares_storage(&x));
    }

    #[test]
    fn windows_that_do_not_fit_are_errors() {
        let x = Tensor::<f32>::zeros([2, 5]);
        let message = |windows: &[Window]| x.windows(windows).unwrap_err().to_string();
        assert_eq!(
            message(&[Window::new(1, 3).dilation(3)]),
            "windows: a window of 3 elements with dilation 3 doesn't fit axis 1 of shape [2, 5]"
        );
        assert_eq!(
            message(&[Window::new(1, 3).step(0)]),
            "windows: size 3, step 0, dilation 1 along axis 1; expected each at least 1"
        );
        assert!(message(&[Window::new(1, 2), Window::new(-1, 2)]).contains("named twice"));
        assert!(message(&[Window::new(2, 2)]).contains("out of range"));
        assert!(
            message(&[Window::new(0, usize::MAX).dilation(usize::MAX)]).contains("doesn't fit")
        );
        let far = usize::MAX / 2;
        let y = x
            .windows([Window::new(0, 1).step(far).dilation(far)])
            .unwrap();
        assert_eq!(y.shape(), [1, 5, 1]);
    }
}
