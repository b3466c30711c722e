//! Elements in order.

use super::gather::Gather;
use crate::Var;
use etude_tensor::{Float, Result, Tensor};

impl<T: Float> Var<T> {
    /// The elements along `axis` in ascending (or descending) order, and where each one stood. Equal ones keep their order;
    /// NaN counts as larger than every number. The gradient of an element goes where it stood.
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn sort(&self, axis: isize, descending: bool) -> Result<(Var<T>, Tensor<i64>)> {
        let (y, indices) = self.tensor().sort(axis, descending)?;
        self.gathered(axis, y, indices)
    }

    /// The `k` largest (or smallest) elements along `axis`, the most extreme first, and where each stands. Of equal ones the
    /// first is taken first, and gets the gradient; NaN counts as larger than every number.
    ///
    /// # Errors
    /// If the axis is out of range, or has fewer than `k` elements.
    pub fn topk(&self, k: usize, axis: isize, largest: bool) -> Result<(Var<T>, Tensor<i64>)> {
        let (y, indices) = self.tensor().topk(k, axis, largest)?;
        self.gathered(axis, y, indices)
    }

    /// `y`, which was gathered at `indices`, recorded as that.
    fn gathered(
        &self,
        axis: isize,
        y: Tensor<T>,
        indices: Tensor<i64>,
    ) -> Result<(Var<T>, Tensor<i64>)> {
        let rule = Gather {
            axis,
            indices: indices.clone(),
        };
        Ok((self.tape().record(rule, &[self], y, [])?, indices))
    }
}
