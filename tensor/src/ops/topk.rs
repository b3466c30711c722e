//! The largest or smallest few along an axis.

use super::sort::positions;
use crate::{Element, Error, Result, Tensor, axis_index};

impl<T: Element> Tensor<T> {
    /// The `k` largest (or smallest) elements along `axis`, the most extreme first, and where each stands: `y[i] = x[pᵢ]` for i < k with
    /// `x[p₀] ≥ x[p₁] ≥ …` (or ≤). Of equal ones
    /// the first is taken first; NaN counts as larger than every number.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[0.1_f32, 0.7, 0.2], [0.5, 0.1, 0.4]]);
    /// let (values, positions) = x.topk(2, 1, true)?;
    /// assert_eq!(values, Tensor::from([[0.7, 0.2], [0.5, 0.4]]));
    /// assert_eq!(positions, Tensor::from([[1, 2], [0, 2]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range, or has fewer than `k` elements.
    pub fn topk(&self, k: usize, axis: isize, largest: bool) -> Result<(Self, Tensor<i64>)> {
        let size = self.shape()[axis_index("topk", axis, self.rank())?];
        if k > size {
            return Err(Error::value(
                "topk",
                format!(
                    "k = {k} along axis {axis}, which has size {size}; expected at most {size}"
                ),
            ));
        }
        let at = positions("topk", self, axis, Some(k), largest)?;
        Ok((self.gather(axis, &at)?, at))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Rng, Tensor};

    #[test]
    fn the_beginning_of_the_sorted() {
        let x = Tensor::<f64>::randn([7, 30, 5], &mut Rng::seed(2));
        for largest in [true, false] {
            let (values, at) = x.topk(4, 1, largest).unwrap();
            let (sorted, order) = x.sort(1, largest).unwrap();
            assert_eq!(values, sorted.narrow(1, 0, 4).unwrap());
            assert_eq!(at, order.narrow(1, 0, 4).unwrap());
        }
        assert_eq!(x.topk(0, 0, true).unwrap().0.shape(), [0, 30, 5]);
        assert_eq!(
            Tensor::from([1, 2_i64])
                .topk(3, 0, true)
                .unwrap_err()
                .to_string(),
            "topk: k = 3 along axis 0, which has size 2; expected at most 2"
        );
    }
}
