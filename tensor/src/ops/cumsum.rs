//! `yᵢ = x₀ + … + xᵢ` along an axis.

use super::running::{COST, running};
use crate::{Float, Result, Tensor};

/// Elements that are added up by themselves before they meet the sum of those before, and blocks likewise: so the error
/// hardly grows with the number of elements.
const BLOCK: usize = 128;

impl<T: Float> Tensor<T> {
    /// The running sum along `axis`, `yᵢ = x₀ + … + xᵢ`. From the first NaN on it is NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(x.cumsum(1)?.to_vec(), [1.0, 3.0, 6.0, 4.0, 9.0, 15.0]);
    /// assert_eq!(x.cumsum(0)?.to_vec(), [1.0, 2.0, 3.0, 5.0, 7.0, 9.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn cumsum(&self, axis: isize) -> Result<Self> {
        running("cumsum", self, axis, COST, sums)
    }
}

fn sums<T: Float>(x: &[T], y: &mut [T]) {
    let mut far = T::ZERO;
    for (x, y) in x.chunks(BLOCK * BLOCK).zip(y.chunks_mut(BLOCK * BLOCK)) {
        let mut near = T::ZERO;
        for (x, y) in x.chunks(BLOCK).zip(y.chunks_mut(BLOCK)) {
            let mut inside = T::ZERO;
            for (&x, y) in x.iter().zip(y) {
                inside += x;
                *y = far + (near + inside);
            }
            near += inside;
        }
        far += near;
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn any_axis_of_any_view() {
        let x = Tensor::arange(0.0_f64, 24.0, 1.0).unwrap();
        let x = x.reshape([2, 3, 4]).unwrap().transpose(0, 2).unwrap();
        let y = x.cumsum(1).unwrap();
        for (i, k) in [(0, 0), (3, 1), (2, 0)] {
            let mut sum = 0.0;
            for j in 0..3 {
                sum += x.at(&[i, j, k]).unwrap();
                assert_eq!(y.at(&[i, j, k]).unwrap(), sum);
            }
        }
        assert_eq!(
            Tensor::<f32>::zeros([2, 0]).cumsum(1).unwrap().shape(),
            [2, 0]
        );
        assert_eq!(
            Tensor::<f32>::zeros([0, 2]).cumsum(1).unwrap().shape(),
            [0, 2]
        );
    }

    #[test]
    fn the_error_of_a_long_sum_stays_small() {
        let n = 1 << 20;
        let y = Tensor::full([n], 0.1_f32).cumsum(0).unwrap().to_vec();
        let expected = f64::from(0.1_f32) * n as f64;
        assert!(
            (f64::from(y[n - 1]) / expected - 1.0).abs() < 5e-6,
            "{}",
            y[n - 1]
        );
    }
}
