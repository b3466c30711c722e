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
        let mut indices = Vec::new();
        let mut count = 0;
        for (flat, value) in self.to_vec().into_iter().enumerate() {
            if value == T::default() {
                continue;
            }
            count += 1;
            let begin = indices.len();
            let mut rest = flat;
            for &size in self.shape().iter().rev() {
                indices.push((rest % size) as i64);
                rest /= size;
            }
            indices[begin..].reverse();
        }
        Tensor::build([count, self.rank()].into(), |out| {
            out.copy_from_slice(&indices)
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
