//! Comparisons of floats: `a < b` and its kin, giving booleans.

use super::elementwise::zip;
use crate::kernels::maps::Comparison;
use crate::{Float, Result, Shape, Tensor};

/// Nanoseconds an element: reading two numbers and writing a byte.
const COST: f64 = 0.2;

impl<T: Float> Tensor<T> {
    /// `a ? b` element by element, for the comparison that `op` names. Shapes broadcast. Where either is NaN all
    /// comparisons are false but [`Comparison::Ne`].
    ///
    /// ```
    /// use etude_tensor::{Tensor, kernels::maps::Comparison};
    ///
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// let mask = x.compare(Comparison::Ge, &Tensor::scalar(2.0))?;
    /// assert_eq!(mask.to_vec(), [false, true, true]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn compare(&self, op: Comparison, other: &Self) -> Result<Tensor<bool>> {
        let shape = Shape::broadcast(op.name(), self.shape(), other.shape())?;
        shape.check_fits(op.name(), size_of::<bool>())?;
        let a = self.layout().broadcast_to(op.name(), &shape)?;
        let b = other.layout().broadcast_to(op.name(), &shape)?;
        Ok(Tensor::build(shape, |y| {
            zip(
                (self.buffer(), &a),
                (other.buffer(), &b),
                y,
                COST,
                |a, b, y| T::compare(op, a, b, y),
            );
        }))
    }

    /// Where `a = b`.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// assert_eq!(x.equal(&Tensor::scalar(2.0))?.to_vec(), [false, true, false]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn equal(&self, other: &Self) -> Result<Tensor<bool>> {
        self.compare(Comparison::Eq, other)
    }

    /// Where `a ≠ b`, or either is NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// assert_eq!(x.not_equal(&Tensor::scalar(2.0))?.to_vec(), [true, false, true]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn not_equal(&self, other: &Self) -> Result<Tensor<bool>> {
        self.compare(Comparison::Ne, other)
    }

    /// Where `a < b`.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// assert_eq!(x.less(&Tensor::scalar(2.0))?.to_vec(), [true, false, false]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn less(&self, other: &Self) -> Result<Tensor<bool>> {
        self.compare(Comparison::Lt, other)
    }

    /// Where `a ≤ b`.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// assert_eq!(x.less_equal(&Tensor::scalar(2.0))?.to_vec(), [true, true, false]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn less_equal(&self, other: &Self) -> Result<Tensor<bool>> {
        self.compare(Comparison::Le, other)
    }

    /// Where `a > b`.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// assert_eq!(x.greater(&Tensor::scalar(2.0))?.to_vec(), [false, false, true]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn greater(&self, other: &Self) -> Result<Tensor<bool>> {
        self.compare(Comparison::Gt, other)
    }

    /// Where `a ≥ b`.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// assert_eq!(x.greater_equal(&Tensor::scalar(2.0))?.to_vec(), [false, true, true]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn greater_equal(&self, other: &Self) -> Result<Tensor<bool>> {
        self.compare(Comparison::Ge, other)
    }
}
