//! Comparisons: `a < b` and its kin, giving booleans.

use super::comparand::{Comparand, element};
use super::elementwise::zip;
use crate::kernels::maps::Comparison;
use crate::{Element, Result, Shape, Tensor};

/// Nanoseconds an element: reading two numbers and writing a byte.
const COST: f64 = 0.2;

impl<T: Element> Tensor<T> {
    /// Whether a and b compare so, element by element, for the comparison that `op` names, such as `y = (a < b)`, and any element type:
    /// `other` is a tensor, whose shape broadcasts with this one's, or a number. Where either is NaN all comparisons are false but
    /// [`Comparison::Ne`]. `false` is below `true`.
    ///
    /// ```
    /// use etude_tensor::{Tensor, kernels::maps::Comparison};
    ///
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// assert_eq!(x.compare(Comparison::Ge, 2.0)?.to_vec(), [false, true, true]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast, or `other` is a number that the element type, an integer or `bool`, hasn't got.
    pub fn compare<'a>(
        &self,
        op: Comparison,
        other: impl Into<Comparand<'a, T>>,
    ) -> Result<Tensor<bool>> {
        match other.into() {
            Comparand::Tensor(other) => self.compare_tensor(op, other),
            Comparand::Number(number) => {
                self.compare_tensor(op, &Tensor::scalar(element(op.name(), number)?))
            }
        }
    }

    fn compare_tensor(&self, op: Comparison, other: &Self) -> Result<Tensor<bool>> {
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
                |a, b, y| T::compare_each(op, a, b, y),
            );
        }))
    }

    /// Where `a = b`; nowhere beside a NaN, which equals nothing.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// assert_eq!(x.equal(2.0)?.to_vec(), [false, true, false]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`compare`](Tensor::compare).
    pub fn equal<'a>(&self, other: impl Into<Comparand<'a, T>>) -> Result<Tensor<bool>> {
        self.compare(Comparison::Eq, other)
    }

    /// Where `a ≠ b`, or either is NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// assert_eq!(x.not_equal(2.0)?.to_vec(), [true, false, true]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`compare`](Tensor::compare).
    pub fn not_equal<'a>(&self, other: impl Into<Comparand<'a, T>>) -> Result<Tensor<bool>> {
        self.compare(Comparison::Ne, other)
    }

    /// Where `a < b`; false if either is NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// assert_eq!(x.less(2.0)?.to_vec(), [true, false, false]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`compare`](Tensor::compare).
    pub fn less<'a>(&self, other: impl Into<Comparand<'a, T>>) -> Result<Tensor<bool>> {
        self.compare(Comparison::Lt, other)
    }

    /// Where `a ≤ b`; false if either is NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// assert_eq!(x.less_equal(2.0)?.to_vec(), [true, true, false]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`compare`](Tensor::compare).
    pub fn less_equal<'a>(&self, other: impl Into<Comparand<'a, T>>) -> Result<Tensor<bool>> {
        self.compare(Comparison::Le, other)
    }

    /// Where `a > b`; false if either is NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// assert_eq!(x.greater(2.0)?.to_vec(), [false, false, true]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`compare`](Tensor::compare).
    pub fn greater<'a>(&self, other: impl Into<Comparand<'a, T>>) -> Result<Tensor<bool>> {
        self.compare(Comparison::Gt, other)
    }

    /// Where `a ≥ b`; false if either is NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// assert_eq!(x.greater_equal(2.0)?.to_vec(), [false, true, true]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`compare`](Tensor::compare).
    pub fn greater_equal<'a>(&self, other: impl Into<Comparand<'a, T>>) -> Result<Tensor<bool>> {
        self.compare(Comparison::Ge, other)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Dual, Float, Tensor};

    #[test]
    fn every_element_type_in_any_layout() {
        let labels = Tensor::from([[3_i64, -1], [0, 7]]);
        let turned = labels.transpose(0, 1).unwrap();
        assert_eq!(
            labels.equal(&turned).unwrap(),
            Tensor::from([[true, false], [false, true]])
        );
        assert_eq!(
            turned.greater(&Tensor::from([0_i64, 0])).unwrap(),
            Tensor::from([[true, false], [false, true]])
        );
        let bytes = Tensor::from([1_u8, 255]);
        assert_eq!(bytes.less_equal(1).unwrap().to_vec(), [true, false]);
        let few = Tensor::from([1_i32, 2]);
        assert_eq!(few.not_equal(1_i64).unwrap().to_vec(), [false, true]);
        let mask = Tensor::from([true, false]);
        assert_eq!(mask.equal(false).unwrap().to_vec(), [false, true]);
        assert_eq!(
            mask.less(&Tensor::scalar(true)).unwrap().to_vec(),
            [false, true]
        );
        let dual = Tensor::scalar(Dual::<f64>::from_f64(2.0));
        assert!(dual.greater(1.5).unwrap().item().unwrap());
    }

    #[test]
    fn numbers_round_among_floats_and_must_exist_among_integers() {
        let x = Tensor::from([0.1_f32, f32::NAN]);
        assert_eq!(x.equal(0.1).unwrap().to_vec(), [true, false]);
        assert_eq!(x.not_equal(f64::NAN).unwrap().to_vec(), [true, true]);
        assert_eq!(x.less(1).unwrap().to_vec(), [true, false]);
        let labels = Tensor::from([2_i64, 3]);
        assert_eq!(labels.less(3.0).unwrap().to_vec(), [true, false]);
        assert_eq!(
            labels.less(2.5).unwrap_err().to_string(),
            "less: 2.5 isn't an element of a tensor of i64; expected one that is"
        );
        assert!(labels.less(f64::NAN).is_err() && labels.less(2.0_f64.powi(63)).is_err());
        assert!(Tensor::from([1_u8]).equal(256).is_err());
        assert!(Tensor::from([true]).equal(2).is_err());
    }
}
