//! Broadcasting: axes of size 1, and new leading ones, repeated without a copy, by a stride of 0.

use crate::{Element, Result, Shape, Tensor};

impl<T: Element> Tensor<T> {
    /// The tensor repeated to `shape`, as a view, by NumPy's rule: aligned at the last axis, each size equal or 1 here. `y[…, i, …] = x[…, i, …]`,
    /// and `x[…, 0, …]` along an axis of size 1.
    ///
    /// # Errors
    /// If the shapes don't go together, `shape` has fewer axes, or memory has no room for so many elements: a view needs none of it, but almost
    /// everything that is done with one does.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let row = Tensor::from([1.0, 2.0]);
    /// assert_eq!(row.broadcast_to([2, 2])?, Tensor::from([[1.0, 2.0], [1.0, 2.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn broadcast_to(&self, shape: impl Into<Shape>) -> Result<Self> {
        self.broadcast_for("broadcast_to", &shape.into())
    }

    /// [`broadcast_to`](Tensor::broadcast_to), `y[…, i, …] = x[…, i, …]`, as a step of the operation `op`, which errors then name.
    ///
    /// ```
    /// use etude_tensor::{Shape, Tensor};
    ///
    /// let row = Tensor::from([1.0, 2.0]);
    /// assert_eq!(row.broadcast_for("blend", &Shape::from([2, 2]))?, Tensor::from([[1.0, 2.0], [1.0, 2.0]]));
    /// let error = row.broadcast_for("blend", &Shape::from([3])).unwrap_err();
    /// assert!(error.to_string().starts_with("blend: "));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// As there.
    pub fn broadcast_for(&self, op: &str, shape: &Shape) -> Result<Self> {
        let shape = Shape::fitting(op, shape.to_vec(), size_of::<T>())?;
        Ok(self.view(self.layout().broadcast_to(op, &shape)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_without_a_copy() {
        let column = Tensor::from([[1_i64], [2]]);
        let wide = column.broadcast_to([2, 2, 3]).unwrap();
        assert_eq!(wide.to_vec(), [1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2]);
        assert!(wide.shares_storage(&column));
        assert_eq!(column.broadcast_to([2, 0]).unwrap().elements(), 0);
        assert_eq!(
            Tensor::scalar(5.0).broadcast_to([2]).unwrap().to_vec(),
            [5.0, 5.0]
        );
    }

    #[test]
    fn a_shape_that_does_not_fit_is_an_error() {
        let x = Tensor::<f32>::zeros([2, 3]);
        assert_eq!(
            x.broadcast_to([3]).unwrap_err().to_string(),
            "broadcast_to: can't broadcast shape [2, 3] to [3]: expected at least rank 2"
        );
        assert!(x.broadcast_to([2, 4]).is_err());
        for shape in [[usize::MAX, 2], [1 << 45, 2]] {
            let message = Tensor::scalar(0.0)
                .broadcast_to(shape)
                .unwrap_err()
                .to_string();
            assert!(message.ends_with("doesn't fit into memory"), "{message}");
        }
    }
}
