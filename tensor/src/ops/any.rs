//! Whether any, or all, of a mask holds, over axes.

use super::reduce::{Form, Plan};
use super::sum::COST;
use crate::{Axes, Result, Tensor};

impl Tensor<bool> {
    /// Whether any element over `axes` is true: `y = x₀ ∨ x₁ ∨ …`; false where there is none.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let mask = Tensor::from([[true, false], [false, false]]);
    /// assert_eq!(mask.any(1)?.to_vec(), [true, false]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or named twice.
    pub fn any(&self, axes: impl Into<Axes>) -> Result<Self> {
        let plan = Plan::new("any", self, &axes.into(), Form::Rows)?;
        Ok(plan.rows(COST, |row| row.contains(&true)))
    }

    /// Whether all elements over `axes` are true: `y = x₀ ∧ x₁ ∧ …`; true where there is none.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let mask = Tensor::from([[true, false], [true, true]]);
    /// assert_eq!(mask.all(1)?.to_vec(), [false, true]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or named twice.
    pub fn all(&self, axes: impl Into<Axes>) -> Result<Self> {
        let plan = Plan::new("all", self, &axes.into(), Form::Rows)?;
        Ok(plan.rows(COST, |row| !row.contains(&false)))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn over_nothing() {
        let none = Tensor::full([2, 0], true);
        assert_eq!(none.any(1).unwrap().to_vec(), [false, false]);
        assert_eq!(none.all(1).unwrap().to_vec(), [true, true]);
        assert!(none.any(2).is_err() && none.all(2).is_err());
    }
}
