//! Elements in order.

use super::gather::Gather;
use crate::Var;
use etude_tensor::{Float, Result, Tensor};

impl<T: Float> Var<T> {
    /// The elements along `axis` in ascending (or descending) order, `y[i] = x[pᵢ]` with `y[0] ≤ y[1] ≤ …`, and where each one stood, `pᵢ`.
    /// Equal ones keep their order; NaN counts as larger than every number.
    ///
    /// Gradient: that of an element goes where it stood.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([3.0_f64, 1.0, 2.0]));
    /// let (y, places) = x.sort(0, false)?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 2.0, 3.0]);
    /// assert_eq!(places.to_vec(), [1, 2, 0]);
    /// let gradients = y.backward_with(&Tensor::from([10.0, 20.0, 30.0]))?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [30.0, 10.0, 20.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn sort(&self, axis: isize, descending: bool) -> Result<(Var<T>, Tensor<i64>)> {
        let (y, indices) = self.tensor().sort(axis, descending)?;
        self.gathered(axis, y, indices)
    }

    /// The `k` largest (or smallest) elements along `axis`, the most extreme first, and where each stands: `y[i] = x[pᵢ]` for i < k with
    /// `x[p₀] ≥ x[p₁] ≥ …` (or ≤). Of equal ones
    /// the first is taken first; NaN counts as larger than every number.
    ///
    /// Gradient: `∂L/∂y` goes where the elements stand, 0 to all others.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([3.0_f64, 1.0, 2.0]));
    /// let (y, places) = x.topk(2, 0, true)?;
    /// assert_eq!(y.tensor().to_vec(), [3.0, 2.0]);
    /// assert_eq!(places.to_vec(), [0, 2]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0, 0.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range, or has fewer than `k` elements.
    pub fn topk(&self, k: usize, axis: isize, largest: bool) -> Result<(Var<T>, Tensor<i64>)> {
        let (y, indices) = self.tensor().topk(k, axis, largest)?;
        self.gathered(axis, y, indices)
    }

    /// `y`, which was gathered at `indices`, recorded as that.
    fn gathered(
        &self,
        axis: isize,
        y: Tensor<T>,
        indices: Tensor<i64>,
    ) -> Result<(Var<T>, Tensor<i64>)> {
        let rule = Gather {
            axis,
            indices: indices.clone(),
        };
        Ok((self.tape().record(rule, &[self], y, [])?, indices))
    }
}
