//! How many elements aren't 0, over axes: for a mask, how many are true.

use super::reduce::{Form, Plan};
use super::sum::COST;
use crate::{Axes, Element, Result, Tensor};

impl<T: Element> Tensor<T> {
    /// How many elements over `axes` aren't 0 (or `false`), exactly: `y = Σ [x ≠ 0]`. NaN isn't 0.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let (predicted, labels) = (Tensor::from([3_i64, 1, 4]), Tensor::from([3_i64, 0, 4]));
    /// assert_eq!(predicted.equal(&labels)?.count_nonzero(..)?.item()?, 2);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or named twice.
    pub fn count_nonzero(&self, axes: impl Into<Axes>) -> Result<Tensor<i64>> {
        let plan = Plan::new("count_nonzero", self, &axes.into(), Form::Rows)?;
        let count = |row: &[T]| row.iter().filter(|&&x| x != T::default()).count() as i64;
        Ok(plan.rows(COST, count))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Axes, Tensor};

    #[test]
    fn any_axes_any_type_and_nothing() {
        let mask = Tensor::from([[true, false], [true, true]]);
        assert_eq!(mask.count_nonzero(0).unwrap().to_vec(), [2, 1]);
        assert_eq!(
            mask.count_nonzero(Axes::from(1).keepdims()).unwrap(),
            Tensor::from([[1], [2]])
        );
        let x = Tensor::from([0.0, -0.0, f64::NAN, 2.0]);
        assert_eq!(x.count_nonzero(..).unwrap().item().unwrap(), 2);
        let none = Tensor::full([2, 0], 1_u8);
        assert_eq!(none.count_nonzero(1).unwrap().to_vec(), [0, 0]);
        assert_eq!(
            none.count_nonzero(2).unwrap_err().to_string(),
            "count_nonzero: axis 2 is out of range for rank 2; expected -2 to 1"
        );
    }
}
