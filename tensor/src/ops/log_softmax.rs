//! `y = x − ln Σ eˣ` along an axis.

use super::rows::{map_rows, zip_rows};
use crate::kernels::reduce::rows;
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The logarithm of the softmax along `axis`: `yᵢ = xᵢ − ln Σⱼ exp xⱼ`, through the shifted sum, so that logits of any
    /// finite size give finite values. A row of −∞ alone is −∞ throughout; one with +∞ or NaN in
    /// it is NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let y = Tensor::from([[1e4_f32, -1e4]]).log_softmax(-1)?;
    /// assert_eq!(y.to_vec(), [0.0, -2e4]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn log_softmax(&self, axis: isize) -> Result<Self> {
        map_rows("log_softmax", self, axis, rows::log_softmax)
    }

    /// The gradient of [`log_softmax`](Tensor::log_softmax) with respect to its argument, where `self` is its result `y` and
    /// `gy` the gradient with respect to `y`: `gxᵢ = gyᵢ − exp(yᵢ)·Σⱼ gyⱼ`.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let y = Tensor::from([0.0_f64, 0.0]).log_softmax(0)?; // probabilities ½ and ½
    /// let gx = y.log_softmax_grad(&Tensor::from([1.0, 0.0]), 0)?;
    /// assert!((gx - Tensor::from([0.5, -0.5])).square_sum() < 1e-30);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes differ or the axis is out of range.
    pub fn log_softmax_grad(&self, gy: &Self, axis: isize) -> Result<Self> {
        zip_rows("log_softmax", self, gy, axis, rows::log_softmax_grad)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn it_is_the_logarithm_of_the_softmax() {
        let x = Tensor::from_slice(
            [3, 4],
            &(0..12).map(|i| f64::from(i * 7 % 5)).collect::<Vec<_>>(),
        )
        .unwrap();
        for axis in 0..2 {
            let (a, b) = (
                x.log_softmax(axis).unwrap().exp().to_vec(),
                x.softmax(axis).unwrap().to_vec(),
            );
            assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-15));
        }
    }
}
