//! The same elements, in row-major order, under another shape. A view wherever strides can express it, else a copy.

use crate::{Axes, Element, Error, Result, Shape, Tensor, axis_index};

/// In a shape given to [`Tensor::reshape`]: the one size that follows from the others (Python's −1).
pub const REST: usize = usize::MAX;

impl<T: Element> Tensor<T> {
    /// The elements in row-major order under another shape: `flat y[k] = flat x[k]`. One size may be [`REST`], which follows from the others.
    ///
    /// A view where strides can express it: always when the tensor is contiguous, and when no new axis straddles two
    /// that don't lie behind each other in memory. Otherwise a copy.
    ///
    /// # Errors
    /// If the shape has another number of elements, more than one `REST`, or a `REST` that the others don't determine.
    ///
    /// ```
    /// use etude_tensor::{REST, Tensor};
    ///
    /// let x = Tensor::arange(0_i64, 6, 1)?;
    /// assert_eq!(x.reshape([2, 3])?, Tensor::from([[0, 1, 2], [3, 4, 5]]));
    /// assert_eq!(x.reshape([REST, 2])?.shape(), [3, 2]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn reshape(&self, shape: impl Into<Shape>) -> Result<Self> {
        let shape = self.with_rest(shape.into())?;
        if shape.checked_elements() != Some(self.elements()) {
            return Err(Error::shape(
                "reshape",
                format!(
                    "shape {:?} has {} elements, which don't fit {shape:?}",
                    self.shape(),
                    self.elements()
                ),
            ));
        }
        Ok(match self.layout().reshape(&shape) {
            Some(layout) => self.view(layout),
            None => {
                let copy = self.copied();
                let layout = copy.layout().reshape(&shape);
                copy.view(layout.expect("a contiguous tensor takes any shape of as many elements"))
            }
        })
    }

    /// `shape` with the size that `REST` stands for.
    fn with_rest(&self, shape: Shape) -> Result<Shape> {
        let Some(open) = shape.iter().position(|&size| size == REST) else {
            return Ok(shape);
        };
        let mut sizes = shape.to_vec();
        sizes[open] = 1;
        let others = Shape::new(&sizes).checked_elements();
        match others {
            Some(others) if others > 0 && self.elements().is_multiple_of(others) => {
                sizes[open] = self.elements() / others;
                Ok(Shape::from(sizes))
            }
            _ => {
                let named: Vec<_> = shape
                    .iter()
                    .map(|&size| {
                        if size == REST {
                            "REST".to_string()
                        } else {
                            size.to_string()
                        }
                    })
                    .collect();
                Err(Error::shape(
                    "reshape",
                    format!(
                        "shape {:?} has {} elements, which leave no one size for REST in [{}]",
                        self.shape(),
                        self.elements(),
                        named.join(", ")
                    ),
                ))
            }
        }
    }

    /// The axes `from` to `to`, both included, as one, `y[…, i·n + j, …] = x[…, i, j, …]` for two of which the second has n positions; a
    /// [`reshape`](Tensor::reshape). A tensor of rank 0 becomes one of rank 1 with `flatten(0, -1)`.
    ///
    /// # Errors
    /// If the tensor has no such axis, or `to` stands before `from`.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::<f32>::zeros([8, 3, 4, 5]);
    /// assert_eq!(x.flatten(1, -1)?.shape(), [8, 60]);
    /// assert_eq!(x.flatten(0, -1)?.shape(), [480]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn flatten(&self, from: isize, to: isize) -> Result<Self> {
        // A number has no axes, yet flattens to one element, as elsewhere in the field.
        let rank = self.rank().max(1);
        let (first, last) = (
            axis_index("flatten", from, rank)?,
            axis_index("flatten", to, rank)?,
        );
        if first > last {
            return Err(Error::axis(
                "flatten",
                format!(
                    "axes {from} to {to} of shape {:?}; expected the first not behind the last",
                    self.shape()
                ),
            ));
        }
        if self.rank() == 0 {
            return self.reshape([1]);
        }
        let mut sizes = self.shape().to_vec();
        let product = sizes[first..=last].iter().product();
        sizes.splice(first..=last, [product]);
        self.reshape(sizes)
    }

    /// The tensor without `axes`, each of which has size 1, `y[…, …] = x[…, 0, …]`, as a view; `..` removes every axis of size 1.
    ///
    /// # Errors
    /// If an axis is out of range, named twice, or has another size than 1.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::<f32>::zeros([1, 3, 1]);
    /// assert_eq!(x.squeeze(0)?.shape(), [3, 1]);
    /// assert_eq!(x.squeeze(..)?.shape(), [3]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn squeeze(&self, axes: impl Into<Axes>) -> Result<Self> {
        let axes = axes.into();
        let mut layout = self.layout().clone();
        for axis in axes.resolve("squeeze", self.rank())?.into_iter().rev() {
            match self.shape()[axis] {
                1 => layout = layout.select(axis, 0),
                _ if axes == Axes::all() => {}
                size => {
                    return Err(Error::shape(
                        "squeeze",
                        format!(
                            "axis {axis} of shape {:?} has size {size}; expected 1",
                            self.shape()
                        ),
                    ));
                }
            }
        }
        Ok(self.view(layout))
    }

    /// The tensor with a new axis of size 1 at position `axis` of the result, `y[…, 0, …] = x[…, …]`, as a view.
    ///
    /// # Errors
    /// If the result has no such axis.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::<f32>::zeros([2, 3]);
    /// assert_eq!(x.unsqueeze(0)?.shape(), [1, 2, 3]);
    /// assert_eq!(x.unsqueeze(-1)?.shape(), [2, 3, 1]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn unsqueeze(&self, axis: isize) -> Result<Self> {
        let axis = axis_index("unsqueeze", axis, self.rank() + 1)?;
        let mut sizes = self.shape().to_vec();
        sizes.insert(axis, 1);
        self.reshape(sizes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_elements_stays_for_views_and_copies() {
        let x = Tensor::arange(0_i64, 24, 1)
            .unwrap()
            .reshape([2, 3, 4])
            .unwrap();
        let flat = x.reshape([24]).unwrap();
        assert!(flat.shares_storage(&x));
        let turned = x.transpose(0, 2).unwrap();
        let copied = turned.reshape([4, 6]).unwrap();
        assert!(!copied.shares_storage(&x), "no strides can express this");
        assert_eq!(copied.to_vec(), turned.to_vec());
        let cut = turned.reshape([2, 2, 3, 2]).unwrap();
        assert!(cut.shares_storage(&x), "cutting an axis needs no copy");
        assert_eq!(cut.to_vec(), turned.to_vec());
        let every_second = x.slice(1, crate::Slice::from(..).step(-2)).unwrap();
        assert_eq!(
            every_second.flatten(0, -1).unwrap().to_vec(),
            every_second.to_vec()
        );
    }

    #[test]
    fn sizes_beside_a_zero_must_be_countable() {
        let none = Tensor::<f32>::zeros([0]);
        assert!(none.reshape([1 << 40, 1 << 40, 0]).is_err());
        assert!(Tensor::<f32>::from_slice([1 << 40, 1 << 40, 0], &[]).is_err());
        assert_eq!(none.reshape([1 << 20, 1 << 20, 0]).unwrap().elements(), 0);
    }

    #[test]
    fn the_rest_follows_or_is_an_error() {
        let x = Tensor::<f32>::zeros([4, 6]);
        assert_eq!(x.reshape([2, REST, 3]).unwrap().shape(), [2, 4, 3]);
        let message = |shape: &[usize]| x.reshape(shape).unwrap_err().to_string();
        assert_eq!(
            message(&[5, REST]),
            "reshape: shape [4, 6] has 24 elements, which leave no one size for REST in [5, REST]"
        );
        assert!(message(&[REST, REST]).contains("[REST, REST]"));
        assert!(message(&[0, REST]).contains("no one size"));
        assert_eq!(
            message(&[5, 5]),
            "reshape: shape [4, 6] has 24 elements, which don't fit [5, 5]"
        );
        assert!(message(&[1 << 40, 1 << 40]).contains("don't fit"));
        let empty = Tensor::<f32>::zeros([0, 3]);
        assert_eq!(empty.reshape([REST, 5]).unwrap().shape(), [0, 5]);
        assert_eq!(empty.reshape([7, 0]).unwrap().shape(), [7, 0]);
        assert!(empty.reshape([0, REST]).is_err());
    }

    #[test]
    fn flattening_any_axes() {
        let x = Tensor::<f32>::zeros([2, 3, 4]);
        assert_eq!(x.flatten(0, 1).unwrap().shape(), [6, 4]);
        assert_eq!(x.flatten(1, 1).unwrap().shape(), [2, 3, 4]);
        assert_eq!(Tensor::scalar(3.0).flatten(0, -1).unwrap().to_vec(), [3.0]);
        assert_eq!(
            x.flatten(2, 1).unwrap_err().to_string(),
            "flatten: axes 2 to 1 of shape [2, 3, 4]; expected the first not behind the last"
        );
        assert!(x.flatten(0, 3).is_err());
    }

    #[test]
    fn axes_of_size_one_come_and_go() {
        let x = Tensor::arange(0_i64, 6, 1)
            .unwrap()
            .reshape([1, 2, 1, 3])
            .unwrap();
        assert_eq!(x.squeeze([0, -2]).unwrap().shape(), [2, 3]);
        assert_eq!(x.squeeze(..).unwrap().to_vec(), x.to_vec());
        assert_eq!(
            x.squeeze([0, 1]).unwrap_err().to_string(),
            "squeeze: axis 1 of shape [1, 2, 1, 3] has size 2; expected 1"
        );
        let turned = x.transpose(1, 3).unwrap();
        let wider = turned.unsqueeze(2).unwrap();
        assert_eq!(
            (wider.shape(), wider.to_vec()),
            (&[1, 3, 1, 1, 2][..], turned.to_vec())
        );
        assert!(wider.shares_storage(&x));
        assert_eq!(Tensor::scalar(1.0).unsqueeze(0).unwrap().shape(), [1]);
        assert_eq!(
            x.unsqueeze(5).unwrap_err().to_string(),
            "unsqueeze: axis 5 is out of range for rank 5; expected -5 to 4"
        );
    }
}
