//! What a mask lets through, in row-major order.

use crate::{Element, Result, Shape, Tensor};

impl<T: Element> Tensor<T> {
    /// The row-major position of each element that isn't 0 (or `false`), all i with `x[i] ≠ 0`. NaN isn't 0.
    ///
    /// With it a mask becomes indices: `x.take(&mask.flat_nonzero())` is what a mask of the shape of `x` lets through.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([[true, false], [false, true]]).flat_nonzero().to_vec(), [0, 3]);
    /// ```
    #[must_use]
    pub fn flat_nonzero(&self) -> Tensor<i64> {
        let x = self.contiguous();
        let values = x.as_slice().unwrap_or_default().iter().zip(0..);
        values
            .filter(|(value, _)| **value != T::default())
            .map(|(_, at)| at)
            .collect()
    }

    /// The elements where `mask` is true, in row-major order, as a vector: `y[k] = x[k-th place in mask]`. Tensor and mask broadcast
    /// together, as in PyTorch's function of this name, so that a mask with fewer axes stands for the last ones. For rows, NumPy's and
    /// PyTorch's `x[mask]`, there is [`boolean_index`](Tensor::boolean_index).
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0_f32, -2.0], [-3.0, 4.0]]);
    /// let positive = x.greater(0.0)?;
    /// assert_eq!(x.masked_select(&positive)?.to_vec(), [1.0, 4.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn masked_select(&self, mask: &Tensor<bool>) -> Result<Self> {
        let shape = Shape::broadcast("masked_select", self.shape(), mask.shape())?;
        shape.check_fits("masked_select", size_of::<T>())?;
        let at = mask.broadcast_to(&shape)?.flat_nonzero();
        self.broadcast_to(&shape)?.take(&at)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn both_broadcast() {
        let x = Tensor::from([1, 2, 3_i64]);
        let mask = Tensor::from([[true, false, true], [false, false, true]]);
        assert_eq!(x.masked_select(&mask).unwrap().to_vec(), [1, 3, 3]);
        let none = Tensor::full([3], false);
        assert_eq!(x.masked_select(&none).unwrap().shape(), [0]);
        assert_eq!(
            Tensor::scalar(5_i64)
                .masked_select(&Tensor::scalar(true))
                .unwrap()
                .to_vec(),
            [5]
        );
        assert!(x.masked_select(&Tensor::full([2], true)).is_err());
    }
}
