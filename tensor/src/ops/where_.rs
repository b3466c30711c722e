//! One of two where a condition holds, the other elsewhere.

use super::elementwise::zip;
use crate::kernels::maps::Operand;
use crate::{Element, Float, Result, Shape, Tensor};

/// Nanoseconds an element: reading a byte and a number, writing a number.
const COST: f64 = 0.4;

impl Tensor<bool> {
    /// `y = a` where this condition is true, `y = b` where it is false. The three shapes broadcast together. The branch that
    /// isn't taken may hold NaN or ±∞ without harm.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let mask = Tensor::from([true, false, true]);
    /// let y = mask.where_(&Tensor::from([1.0_f32, 2.0, 3.0]), &Tensor::scalar(0.0))?;
    /// assert_eq!(y.to_vec(), [1.0, 0.0, 3.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn where_<T: Element>(&self, a: &Tensor<T>, b: &Tensor<T>) -> Result<Tensor<T>> {
        let shape = Shape::broadcast("where_", a.shape(), b.shape())?;
        let shape = Shape::broadcast("where_", self.shape(), &shape)?;
        shape.check_fits("where_", size_of::<T>())?;
        let mut y = b.view(b.layout().broadcast_to("where_", &shape)?).copied();
        let a_layout = a.layout().broadcast_to("where_", &shape)?;
        let mask = self.layout().broadcast_to("where_", &shape)?;
        zip(
            (self.buffer(), &mask),
            (a.buffer(), &a_layout),
            y.make_mut(),
            COST,
            overwrite,
        );
        Ok(y)
    }
}

impl<T: Float> Tensor<T> {
    /// This where the mask is true, `other` where it is false, `y = mask ? x : other`: [`where_` of the mask](Tensor::<bool>::where_), with the
    /// receiver that a variable's has. The three shapes broadcast together.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1.0_f32, -2.0, 3.0]);
    /// let y = x.where_(&x.greater(0.0)?, &Tensor::scalar(0.0))?;
    /// assert_eq!(y.to_vec(), [1.0, 0.0, 3.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn where_(&self, mask: &Tensor<bool>, other: &Self) -> Result<Self> {
        mask.where_(self, other)
    }
}

/// `y ← a` where the mask is true.
fn overwrite<T: Element>(mask: Operand<'_, bool>, a: Operand<'_, T>, y: &mut [T]) {
    match (mask, a) {
        (Operand::Scalar(false), _) => {}
        (Operand::Scalar(true), Operand::Scalar(a)) => y.fill(a),
        (Operand::Scalar(true), Operand::Slice(a)) => y.copy_from_slice(a),
        (Operand::Slice(mask), Operand::Scalar(a)) => {
            for (y, &take) in y.iter_mut().zip(mask) {
                *y = if take { a } else { *y };
            }
        }
        (Operand::Slice(mask), Operand::Slice(a)) => {
            for ((y, &take), &a) in y.iter_mut().zip(mask).zip(a) {
                *y = if take { a } else { *y };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_broadcast() {
        let mask = Tensor::from_slice([2, 1], &[true, false]).unwrap();
        let a = Tensor::from_slice([3], &[1, 2, 3_i64]).unwrap();
        let y = mask.where_(&a, &Tensor::scalar(0)).unwrap();
        assert_eq!(
            (y.shape(), y.to_vec()),
            (&[2, 3][..], vec![1, 2, 3, 0, 0, 0])
        );
    }

    #[test]
    fn both_receivers_choose_the_same() {
        let mask = Tensor::from([true, false]);
        let (a, b) = (Tensor::from([1.0, f64::NAN]), Tensor::scalar(7.0));
        assert_eq!(a.where_(&mask, &b).unwrap().to_vec(), [1.0, 7.0]);
        assert_eq!(mask.where_(&a, &b).unwrap(), a.where_(&mask, &b).unwrap());
    }

    #[test]
    fn shapes_that_do_not_fit_are_named() {
        let mask = Tensor::full([2], true);
        let message = mask
            .where_(&Tensor::full([3], 1_u8), &Tensor::scalar(0))
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("where_: shapes [2] and [3] don't broadcast"),
            "{message}"
        );
    }
}
