//! Axes in another order. Views.

use crate::{Element, Error, Result, Tensor, axis_index};

impl<T: Element> Tensor<T> {
    /// The axes in the order of `order`, as a view: axis `k` of the result is axis `pₖ = order[k]` of this tensor,
    /// `y[i_{p₀}, i_{p₁}, …] = x[i₀, i₁, …]`.
    ///
    /// # Errors
    /// If `order` doesn't name each axis exactly once.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let images = Tensor::<f32>::zeros([8, 28, 32, 3]);
    /// assert_eq!(images.permute([0, 3, 1, 2])?.shape(), [8, 3, 28, 32]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn permute(&self, order: impl AsRef<[isize]>) -> Result<Self> {
        let (order, rank) = (order.as_ref(), self.rank());
        let mut axes = smallvec::SmallVec::<[usize; 4]>::new();
        for &axis in order {
            axes.push(axis_index("permute", axis, rank)?);
        }
        if order.len() != rank || (0..rank).any(|axis| !axes.contains(&axis)) {
            return Err(Error::axis(
                "permute",
                format!(
                    "order {order:?} for shape {:?}; expected each of its {rank} axes once",
                    self.shape()
                ),
            ));
        }
        Ok(self.view(self.layout().permute(&axes)))
    }

    /// The tensor with two axes exchanged, `y[…, j, …, i, …] = x[…, i, …, j, …]`, as a view.
    ///
    /// # Errors
    /// If the tensor has no such axis.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.transpose(0, 1)?, Tensor::from([[1.0, 3.0], [2.0, 4.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn transpose(&self, a: isize, b: isize) -> Result<Self> {
        let rank = self.rank();
        let (a, b) = (
            axis_index("transpose", a, rank)?,
            axis_index("transpose", b, rank)?,
        );
        let mut order: smallvec::SmallVec<[usize; 4]> = (0..rank).collect();
        order.swap(a, b);
        Ok(self.view(self.layout().permute(&order)))
    }

    /// The tensor with axis `from` moved to position `to`, the others in their order, as a view: `y[j, k, i] = x[i, j, k]` from 0 to 2.
    ///
    /// # Errors
    /// If the tensor has no such axis.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::<f32>::zeros([2, 3, 4]);
    /// assert_eq!(x.moveaxis(0, -1)?.shape(), [3, 4, 2]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn moveaxis(&self, from: isize, to: isize) -> Result<Self> {
        let rank = self.rank();
        let (from, to) = (
            axis_index("moveaxis", from, rank)?,
            axis_index("moveaxis", to, rank)?,
        );
        let mut order: smallvec::SmallVec<[usize; 4]> =
            (0..rank).filter(|&axis| axis != from).collect();
        order.insert(to, from);
        Ok(self.view(self.layout().permute(&order)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_element_moves_with_its_axes() {
        let x = Tensor::arange(0_i64, 24, 1)
            .unwrap()
            .reshape([2, 3, 4])
            .unwrap();
        let permuted = x.permute([-1, 0, 1]).unwrap();
        let transposed = x.transpose(-1, 0).unwrap();
        let moved = x.moveaxis(2, 0).unwrap();
        assert_eq!(moved, permuted);
        for (i, j, k) in (0..24).map(|n| (n / 12, n / 4 % 3, n % 4)) {
            let value = x.at(&[i, j, k]).unwrap();
            assert_eq!(permuted.at(&[k, i, j]).unwrap(), value);
            assert_eq!(transposed.at(&[k, j, i]).unwrap(), value);
        }
        assert_eq!(x.moveaxis(0, 2).unwrap(), x.permute([1, 2, 0]).unwrap());
        assert!(permuted.shares_storage(&x));
        assert_eq!(Tensor::scalar(1.0).permute([]).unwrap().rank(), 0);
    }

    #[test]
    fn an_order_names_each_axis_once() {
        let x = Tensor::<f32>::zeros([2, 3]);
        let message = |order: &[isize]| x.permute(order).unwrap_err().to_string();
        assert_eq!(
            message(&[0, 0]),
            "permute: order [0, 0] for shape [2, 3]; expected each of its 2 axes once"
        );
        assert!(message(&[0]).contains("each of its 2 axes once"));
        assert!(message(&[0, 1, -1]).contains("each of its 2 axes once"));
        assert!(message(&[0, 2]).contains("axis 2 is out of range"));
        assert!(x.transpose(0, 2).is_err());
        assert!(x.moveaxis(-3, 0).is_err());
    }
}
