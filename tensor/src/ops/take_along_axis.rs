//! What positions along an axis name, for instance those of `argsort`: `gather`, where the other axes broadcast.

use super::from_front::from_front;
use crate::{Element, Error, Result, Shape, Tensor, axis_index};

impl<T: Element> Tensor<T> {
    /// The elements at `indices` along `axis`, as NumPy's function of this name: `y[i, j] = x[indices[i, j], j]` along axis 0. Tensor and
    /// indices have the same rank, and broadcast together along all other axes. Negative indices count from the end.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[3.0_f32, 1.0, 2.0], [4.0, 6.0, 5.0]]);
    /// assert_eq!(x.take_along_axis(&x.argsort(1, false)?, 1)?, Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]));
    /// assert_eq!(x.take_along_axis(&Tensor::from([[0]]), 1)?, Tensor::from([[3.0], [4.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis or an index is out of range, the ranks differ, or the other axes don't broadcast.
    pub fn take_along_axis(&self, indices: &Tensor<i64>, axis: isize) -> Result<Self> {
        let (shape, indices) = along_axis("take_along_axis", self.shape(), indices, axis)?;
        Shape::from(indices.shape()).check_fits("take_along_axis", size_of::<T>())?;
        self.broadcast_to(shape)?.gather(axis, &indices)
    }
}

/// The shape of a tensor, and the indices along one of its axes, counted from the front, both broadcast along all others.
///
/// # Errors
/// If the ranks differ, the other axes don't broadcast, or an index is out of range.
pub fn along_axis(
    op: &str,
    shape: &[usize],
    indices: &Tensor<i64>,
    axis: isize,
) -> Result<(Shape, Tensor<i64>)> {
    let at = axis_index(op, axis, shape.len())?;
    if indices.rank() != shape.len() {
        return Err(Error::shape(
            op,
            format!(
                "indices of shape {:?} for shape {shape:?}; expected the same rank",
                indices.shape()
            ),
        ));
    }
    let (mut x, mut i) = (shape.to_vec(), indices.shape().to_vec());
    (x[at], i[at]) = (1, 1);
    let others = Shape::broadcast(op, &x, &i)?;
    let with = |size: usize| {
        let mut sizes = others.to_vec();
        sizes[at] = size;
        Shape::from(sizes)
    };
    let counted = from_front(op, indices, axis, shape[at])?;
    Ok((
        with(shape[at]),
        counted.broadcast_to(with(indices.shape()[at]))?,
    ))
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn negative_indices_count_from_the_end() {
        let x = Tensor::from([[3, 1, 2], [4, 6, 5_i64]]);
        let y = x
            .take_along_axis(&Tensor::from([[-1, 0], [-3, -2]]), 1)
            .unwrap();
        assert_eq!(y, Tensor::from([[2, 3], [4, 6]]));
        assert_eq!(
            x.take_along_axis(&Tensor::from([[-4], [0]]), -1)
                .unwrap_err()
                .to_string(),
            "take_along_axis: index -4 (number 0 of 2) is out of range for axis -1, which has size 3; expected -3 to below 3"
        );
    }

    #[test]
    fn wrong_indices_are_named() {
        let x = Tensor::<f32>::zeros([2, 3]);
        let message = |at: Tensor<i64>| x.take_along_axis(&at, 0).unwrap_err().to_string();
        assert_eq!(
            message(Tensor::zeros([3])),
            "take_along_axis: indices of shape [3] for shape [2, 3]; expected the same rank"
        );
        assert!(
            message(Tensor::zeros([1, 2]))
                .starts_with("take_along_axis: shapes [1, 3] and [1, 2] don't broadcast")
        );
        assert!(message(Tensor::full([1, 1], 2)).contains("index 2"));
    }
}
