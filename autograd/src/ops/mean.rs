//! The mean over axes.

use crate::Var;
use etude_tensor::{Axes, Float, Result};

impl<T: Float> Var<T> {
    /// The mean over `axes`: `y = Σ x / n`, [`sum`](Var::sum) divided by the number n of elements behind each result, NaN where there are none.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y / n` at each of the `n` elements.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[1.0_f64, 3.0], [5.0, 9.0]]));
    /// let y = x.mean(1)?;
    /// assert_eq!(y.tensor().to_vec(), [2.0, 7.0]);
    /// let gradients = y.backward_with(&Tensor::from([1.0, 10.0]))?;
    /// assert_eq!(gradients.get(&x)?, Tensor::from([[0.5, 0.5], [5.0, 5.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis doesn't exist or is named twice.
    pub fn mean(&self, axes: impl Into<Axes>) -> Result<Var<T>> {
        let axes = axes.into();
        let count: usize = axes
            .resolve("mean", self.rank())?
            .iter()
            .map(|&axis| self.shape()[axis])
            .product();
        self.sum(axes)?.div_scalar(count as f64)
    }
}
