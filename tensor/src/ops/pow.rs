//! `y = aᵇ`.

use crate::kernels::maps::Binary;
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// `a` to the power `b`, element by element, as IEEE 754 has it: 1 for `b = 0`, NaN for `a < 0` unless `b` is an integer. Shapes broadcast.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let a = Tensor::from([3.0_f32, 4.0]);
    /// let b = Tensor::from([1.0_f32, 2.0]);
    /// assert_eq!(a.pow(&b)?.to_vec(), [3.0, 16.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn pow(&self, other: &Self) -> Result<Self> {
        self.binary(Binary::Pow, other)
    }

    /// Every element to the power of one number: `y = aᵖ`, as [`pow`](Tensor::pow).
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.0_f32, 2.0]).pow_scalar(3.0)?.to_vec(), [1.0, 8.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// None: it is a `Result` as on a variable, so that the same code runs on both.
    pub fn pow_scalar(&self, p: f64) -> Result<Self> {
        self.pow(&Tensor::scalar(T::from_f64(p)))
    }
}
