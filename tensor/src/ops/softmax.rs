//! `y = eˣ / Σ eˣ` along an axis.

use super::rows::{map_rows, zip_rows};
use crate::kernels::reduce::rows;
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The softmax along `axis`: `yᵢ = exp(xᵢ − max x) / Σⱼ exp(xⱼ − max x)`, positive numbers that add up to 1. Taking the
    /// maximum off first keeps it finite for logits of any finite size. A row of −∞ alone is 0
    /// throughout; one with +∞ or NaN in it is NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let y = Tensor::from([[0.0_f32, 0.0], [1e4, -1e4]]).softmax(-1)?;
    /// assert_eq!(y.to_vec(), [0.5, 0.5, 1.0, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn softmax(&self, axis: isize) -> Result<Self> {
        map_rows("softmax", self, axis, rows::softmax)
    }

    /// The gradient of [`softmax`](Tensor::softmax) with respect to its argument, where `self` is its result `y` and `gy` the
    /// gradient with respect to `y`: `gxᵢ = yᵢ·(gyᵢ − Σⱼ gyⱼ·yⱼ)`.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let y = Tensor::from([0.0_f64, 0.0]).softmax(0)?; // ½ and ½
    /// assert_eq!(y.softmax_grad(&Tensor::from([1.0, 0.0]), 0)?.to_vec(), [0.25, -0.25]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes differ or the axis is out of range.
    pub fn softmax_grad(&self, gy: &Self, axis: isize) -> Result<Self> {
        zip_rows("softmax", self, gy, axis, rows::softmax_grad)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn rows_add_up_to_one_along_any_axis() {
        let x = Tensor::from_slice(
            [2, 3, 4],
            &(0..24).map(|i| f64::from(i * 7 % 5)).collect::<Vec<_>>(),
        )
        .unwrap();
        for axis in -3..3 {
            let sums = x.softmax(axis).unwrap().sum(axis).unwrap().to_vec();
            assert!(
                sums.iter().all(|sum| (sum - 1.0).abs() < 1e-15),
                "axis {axis}: {sums:?}"
            );
        }
        let message = x.softmax(3).unwrap_err().to_string();
        assert_eq!(
            message,
            "softmax: axis 3 is out of range for rank 3; expected -3 to 2"
        );
    }

    #[test]
    fn the_gradient_is_orthogonal_to_one() {
        let y = Tensor::from([[0.5_f64, 1.0, -0.5]]).softmax(1).unwrap();
        let g = y
            .softmax_grad(&Tensor::from([[1.0, 2.0, -3.0]]), 1)
            .unwrap();
        assert!(g.sum(..).unwrap().item().unwrap().abs() < 1e-15);
        assert!(
            y.softmax_grad(&Tensor::zeros([2]), 1)
                .unwrap_err()
                .to_string()
                .contains("[1, 3] and [2]")
        );
    }
}
