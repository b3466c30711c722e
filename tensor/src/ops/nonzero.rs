//! Where something stands: the indices of the elements that aren't 0.

use crate::{Element, Tensor};

impl<T: Element> Tensor<T> {
    /// The index i of each element that isn't 0 (or `false`), `x[i] ≠ 0`, in row-major order, one to a row of a tensor of shape
    /// `[count, rank]`. NaN isn't 0.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let mask = Tensor::from([[true, false], [false, true]]);
    /// assert_eq!(mask.nonzero(), Tensor::from([[0, 0], [1, 1]]));
    /// ```
    #[must_use]
    pub fn nonzero(&self) -> Tensor<i64> {
        let positions = self.flat_nonzero();
        let rank = self.rank();
        Tensor::build([positions.elements(), rank].into(), |out| {
            let positions = positions.as_slice().unwrap_or_default();
            for (index, &position) in out.chunks_exact_mut(rank.max(1)).zip(positions) {
                let mut rest = position;
                for (place, &size) in index.iter_mut().zip(self.shape()).rev() {
                    (*place, rest) = (rest % size as i64, rest / size as i64);
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_index_once_in_order() {
        let x = Tensor::from([[0.0, 2.0, 0.0], [f64::NAN, 0.0, -1.0]]);
        assert_eq!(x.nonzero(), Tensor::from([[0, 1], [1, 0], [1, 2]]));
        assert_eq!(
            x.transpose(0, 1).unwrap().nonzero(),
            Tensor::from([[0, 1], [1, 0], [2, 1]])
        );
        assert_eq!(Tensor::from([0_i64, 0]).nonzero().shape(), [0, 1]);
        assert_eq!(Tensor::scalar(1.0).nonzero().shape(), [1, 0]);
    }
}
