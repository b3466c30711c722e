//! `yᵢ = x₀ · … · xᵢ` along an axis.

use super::running::{COST, running};
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The running product along `axis`, `yᵢ = x₀ · … · xᵢ`. From the first NaN on it is NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.0_f32, 2.0, 3.0, 4.0]).cumprod(0)?.to_vec(), [1.0, 2.0, 6.0, 24.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn cumprod(&self, axis: isize) -> Result<Self> {
        running("cumprod", self, axis, COST, |x, y| {
            let mut product = T::one();
            for (&x, y) in x.iter().zip(y) {
                product *= x;
                *y = product;
            }
        })
    }
}
