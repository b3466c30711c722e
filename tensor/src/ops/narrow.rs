//! A run of positions along one axis. A view.

use crate::{Element, Error, Result, Tensor, axis_index};

impl<T: Element> Tensor<T> {
    /// `len` positions of `axis` from `start` on, `y[…, i, …] = x[…, start + i, …]`, as a view. [`Tensor::slice`] with sizes that a program
    /// has computed.
    ///
    /// # Errors
    /// If the tensor has no such axis, or the run leaves it.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1.0, 2.0, 3.0, 4.0]);
    /// assert_eq!(x.narrow(0, 1, 2)?, Tensor::from([2.0, 3.0]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn narrow(&self, axis: isize, start: usize, len: usize) -> Result<Self> {
        let at = axis_index("narrow", axis, self.rank())?;
        let size = self.shape()[at];
        if start.checked_add(len).is_none_or(|end| end > size) {
            return Err(Error::index(
                "narrow",
                format!("{len} positions from {start} on leave axis {axis}, which has size {size}"),
            ));
        }
        Ok(self.view(self.layout().range(at, start, len, 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_rows_and_of_columns() {
        let x = Tensor::arange(0_i64, 12, 1)
            .unwrap()
            .reshape([3, 4])
            .unwrap();
        let rows = x.narrow(0, 1, 2).unwrap();
        assert!(rows.is_contiguous() && rows.shares_storage(&x));
        assert_eq!(rows.to_vec(), [4, 5, 6, 7, 8, 9, 10, 11]);
        assert_eq!(x.narrow(-1, 3, 1).unwrap().to_vec(), [3, 7, 11]);
        assert_eq!(x.narrow(0, 3, 0).unwrap().shape(), [0, 4]);
    }

    #[test]
    fn a_run_that_leaves_the_axis_is_an_error() {
        let x = Tensor::<f32>::zeros([3]);
        assert_eq!(
            x.narrow(0, 2, 2).unwrap_err().to_string(),
            "narrow: 2 positions from 2 on leave axis 0, which has size 3"
        );
        assert!(x.narrow(0, usize::MAX, 2).is_err());
        assert!(x.narrow(1, 0, 1).is_err());
    }
}
