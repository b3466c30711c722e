//! Logic on booleans, element by element.

use super::elementwise::zip;
use crate::kernels::maps::Operand;
use crate::{Result, Shape, Tensor};

/// Nanoseconds an element: reading two bytes and writing one.
const COST: f64 = 0.1;

impl Tensor<bool> {
    /// `f(a, b)` element by element.
    fn logic(
        &self,
        op: &str,
        other: &Self,
        f: impl Fn(bool, bool) -> bool + Copy + Sync,
    ) -> Result<Self> {
        let shape = Shape::broadcast(op, self.shape(), other.shape())?;
        let a = self.layout().broadcast_to(op, &shape)?;
        let b = other.layout().broadcast_to(op, &shape)?;
        let apply = |a: Operand<'_, bool>, b: Operand<'_, bool>, y: &mut [bool]| {
            for (index, y) in y.iter_mut().enumerate() {
                *y = f(a.at(index), b.at(index));
            }
        };
        Tensor::try_build(op, shape, |y| {
            zip((self.buffer(), &a), (other.buffer(), &b), y, COST, apply);
        })
    }

    /// Where both are true: `y = a ∧ b`. Shapes broadcast.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let a = Tensor::from([true, true, false]);
    /// assert_eq!(a.and(&Tensor::from([true, false, false]))?.to_vec(), [true, false, false]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn and(&self, other: &Self) -> Result<Self> {
        self.logic("and", other, |a, b| a & b)
    }

    /// Where at least one is true: `y = a ∨ b`. Shapes broadcast.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let a = Tensor::from([true, true, false]);
    /// assert_eq!(a.or(&Tensor::scalar(false))?, a);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn or(&self, other: &Self) -> Result<Self> {
        self.logic("or", other, |a, b| a | b)
    }

    /// Where one is true and the other isn't: `y = (a ≠ b)`. Shapes broadcast.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let a = Tensor::from([true, true, false]);
    /// assert_eq!(a.xor(&Tensor::from([true, false, true]))?.to_vec(), [false, true, true]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn xor(&self, other: &Self) -> Result<Self> {
        self.logic("xor", other, |a, b| a ^ b)
    }

    /// Where this is false: `y = ¬x`.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([true, false]).not().to_vec(), [false, true]);
    /// ```
    #[must_use]
    pub fn not(&self) -> Self {
        let mut y = self.copied();
        for y in y.make_mut() {
            *y = !*y;
        }
        y
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_tables_on_views_that_broadcast() {
        let a = Tensor::from([[true], [false]]);
        let b = Tensor::from([true, false]);
        assert_eq!(a.and(&b).unwrap().to_vec(), [true, false, false, false]);
        assert_eq!(a.or(&b).unwrap().to_vec(), [true, true, true, false]);
        assert_eq!(a.xor(&b).unwrap().to_vec(), [false, true, true, false]);
        let turned = a.or(&b).unwrap().transpose(0, 1).unwrap();
        assert_eq!(turned.not().to_vec(), [false, false, false, true]);
    }

    #[test]
    fn shapes_that_do_not_fit_are_named() {
        let message = Tensor::full([2], true)
            .xor(&Tensor::full([3], true))
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("xor: shapes [2] and [3] don't broadcast"),
            "{message}"
        );
    }
}
