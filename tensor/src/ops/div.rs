//! `y = a/b`.

use crate::kernels::maps::Binary;
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The quotient, element by element: `y = a/b`; ±∞ or NaN where `b` is 0. Shapes broadcast.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let a = Tensor::from([3.0_f32, 4.0]);
    /// let b = Tensor::from([1.0_f32, 2.0]);
    /// assert_eq!(a.try_div(&b)?.to_vec(), [3.0, 2.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn try_div(&self, other: &Self) -> Result<Self> {
        self.binary(Binary::Div, other)
    }

    /// Every element divided by a number: `y = x/c`; infinite or NaN for `c = 0`.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.0_f32, 2.0]).div_scalar(4.0)?.to_vec(), [0.25, 0.5]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// None: it is a `Result` as on a variable, so that the same code runs on both.
    pub fn div_scalar(&self, c: f64) -> Result<Self> {
        self.try_div(&Tensor::scalar(T::from_f64(c)))
    }
}
