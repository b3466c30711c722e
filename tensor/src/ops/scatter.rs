//! Several elements in one place, combined: by a sum, a product, the largest or the smallest.

use super::gather::scatter_assign;
use crate::{Float, Result, Tensor};

/// How [`Tensor::scatter`] combines what meets in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scatter {
    /// The sum, as [`Tensor::scatter_add`].
    Sum,
    /// The product.
    Product,
    /// The largest; NaN if there is one.
    Max,
    /// The smallest; NaN if there is one.
    Min,
}

impl<T: Float> Tensor<T> {
    /// A copy in which each element of `source` has been combined with the one where its index says along `axis`, at its own place along
    /// the others: `y[indices[i, j], j] = y[indices[i, j], j] ∘ source[i, j]` along axis 0. Negative indices count from the end. A NaN wins,
    /// whatever combines. What meets in one place is combined in row-major order of `source`, on any number of threads.
    ///
    /// ```
    /// use etude_tensor::{Scatter, Tensor};
    ///
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// let (at, source) = (Tensor::from([0, 2, 0]), Tensor::from([5.0, 4.0, 6.0]));
    /// assert_eq!(x.scatter(0, &at, &source, Scatter::Product)?.to_vec(), [30.0, 2.0, 12.0]);
    /// assert_eq!(x.scatter(0, &at, &source, Scatter::Max)?.to_vec(), [6.0, 2.0, 4.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the tensor has no such axis, `indices` and `source` differ in shape or don't fit the tensor, or an index is out of
    /// range.
    pub fn scatter(
        &self,
        axis: isize,
        indices: &Tensor<i64>,
        source: &Self,
        by: Scatter,
    ) -> Result<Self> {
        let combine: fn(T, T) -> T = match by {
            Scatter::Sum => |y, x| y + x,
            Scatter::Product => |y, x| y * x,
            Scatter::Max => |y, x| if x > y || x.is_nan() { x } else { y },
            Scatter::Min => |y, x| if x < y || x.is_nan() { x } else { y },
        };
        let mut y = self.clone();
        scatter_assign("scatter", &mut y, axis, indices, source, combine)?;
        Ok(y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_along_both_axes() {
        let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
        let at = Tensor::from([[0, 0], [0, 1]]);
        let source = Tensor::from([[5.0, -1.0], [2.0, f64::NAN]]);
        let y = |axis, by| x.scatter(axis, &at, &source, by).unwrap().to_vec();
        assert_eq!(y(0, Scatter::Sum)[..3], [8.0, 1.0, 3.0]);
        assert_eq!(y(0, Scatter::Product)[..3], [10.0, -2.0, 3.0]);
        assert_eq!(y(0, Scatter::Max)[..3], [5.0, 2.0, 3.0]);
        assert_eq!(y(0, Scatter::Min)[..3], [1.0, -1.0, 3.0]);
        for by in [Scatter::Sum, Scatter::Product, Scatter::Max, Scatter::Min] {
            assert!(y(0, by)[3].is_nan() && y(1, by)[3].is_nan());
        }
        assert_eq!(y(1, Scatter::Max)[..2], [5.0, 2.0]);
    }
}
