//! `y = a + b`.

use crate::kernels::maps::Binary;
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The sum of both, element by element: `y = a + b`; NaN if either is NaN, and for ∞ − ∞. Shapes broadcast.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let a = Tensor::from([3.0_f32, 4.0]);
    /// let b = Tensor::from([1.0_f32, 2.0]);
    /// assert_eq!(a.try_add(&b)?.to_vec(), [4.0, 6.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn try_add(&self, other: &Self) -> Result<Self> {
        self.binary(Binary::Add, other)
    }

    /// A number added to every element: `y = x + c`, as [`try_add`](Tensor::try_add).
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.0_f32, 2.0]).add_scalar(0.5)?.to_vec(), [1.5, 2.5]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// None: it is a `Result` as on a variable, so that the same code runs on both.
    pub fn add_scalar(&self, c: f64) -> Result<Self> {
        self.try_add(&Tensor::scalar(T::from_f64(c)))
    }

    /// `self ← self + other`, as [`try_add`](Tensor::try_add), in place where nobody else looks at the memory; `other` broadcasts to the
    /// shape of `self`.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let mut a = Tensor::from([3.0_f32, 4.0]);
    /// a.add_assign(&Tensor::scalar(1.0))?;
    /// assert_eq!(a.to_vec(), [4.0, 5.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `other` doesn't broadcast to the shape of `self`.
    pub fn add_assign(&mut self, other: &Self) -> Result<()> {
        self.binary_in_place(Binary::Add, other)
    }
}
