//! `y = a − b`.

use crate::kernels::maps::Binary;
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The difference, element by element: `y = a − b`; NaN if either is NaN, and for ∞ − ∞. Shapes broadcast.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let a = Tensor::from([3.0_f32, 4.0]);
    /// let b = Tensor::from([1.0_f32, 2.0]);
    /// assert_eq!(a.try_sub(&b)?.to_vec(), [2.0, 2.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn try_sub(&self, other: &Self) -> Result<Self> {
        self.binary(Binary::Sub, other)
    }

    /// Every element less a number: `y = x − c`, as [`try_sub`](Tensor::try_sub).
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.0_f32, 2.0]).sub_scalar(0.5)?.to_vec(), [0.5, 1.5]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// None: it is a `Result` as on a variable, so that the same code runs on both.
    pub fn sub_scalar(&self, c: f64) -> Result<Self> {
        self.try_sub(&Tensor::scalar(T::from_f64(c)))
    }
}
