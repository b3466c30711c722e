//! `y = a·b`.

use crate::kernels::maps::Binary;
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The product, element by element: `y = a·b`; NaN if either is NaN, and for 0·∞. Shapes broadcast.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let a = Tensor::from([3.0_f32, 4.0]);
    /// let b = Tensor::from([1.0_f32, 2.0]);
    /// assert_eq!(a.try_mul(&b)?.to_vec(), [3.0, 8.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn try_mul(&self, other: &Self) -> Result<Self> {
        self.binary(Binary::Mul, other)
    }

    /// Every element times a number: `y = c·x`, as [`try_mul`](Tensor::try_mul).
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.0_f32, 2.0]).mul_scalar(3.0)?.to_vec(), [3.0, 6.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// None: it is a `Result` as on a variable, so that the same code runs on both.
    pub fn mul_scalar(&self, c: f64) -> Result<Self> {
        self.try_mul(&Tensor::scalar(T::from_f64(c)))
    }
}
