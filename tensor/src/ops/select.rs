//! One position of an axis, which goes. A view.

use crate::{Element, Error, Result, Tensor, axis_index};

impl<T: Element> Tensor<T> {
    /// Position `index` of `axis`, `y[…, …] = x[…, index, …]`, as a view without that axis; a negative index counts from the end.
    ///
    /// # Errors
    /// If the tensor has no such axis, or the axis no such position.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.select(1, 0)?, Tensor::from([1.0, 3.0]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn select(&self, axis: isize, index: isize) -> Result<Self> {
        let at = axis_index("select", axis, self.rank())?;
        let size = self.shape()[at] as isize;
        let place = if index < 0 {
            index.saturating_add(size)
        } else {
            index
        };
        if !(0..size).contains(&place) {
            return Err(Error::index(
                "select",
                format!(
                    "index {index} of axis {axis} in shape {:?}; expected -{size} to below {size}",
                    self.shape()
                ),
            ));
        }
        Ok(self.view(self.layout().select(at, place as usize)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_goes_and_the_others_stay() {
        let x = Tensor::arange(0_i64, 24, 1)
            .unwrap()
            .reshape([2, 3, 4])
            .unwrap();
        let y = x.transpose(0, 2).unwrap().select(1, -1).unwrap();
        assert_eq!(y.shape(), [4, 2]);
        assert_eq!(y.to_vec(), [8, 20, 9, 21, 10, 22, 11, 23]);
        assert!(y.shares_storage(&x));
    }

    #[test]
    fn an_index_outside_is_named() {
        let x = Tensor::<f32>::zeros([2, 3]);
        assert_eq!(
            x.select(-1, 3).unwrap_err().to_string(),
            "select: index 3 of axis -1 in shape [2, 3]; expected -3 to below 3"
        );
        assert!(x.select(1, isize::MIN).is_err());
        assert!(x.select(2, 0).is_err());
    }
}
