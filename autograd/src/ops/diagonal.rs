//! A diagonal.

use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// The diagonal of the axes `a` and `b`, `offset` places above the main one, as a new last axis: `y[…, i] = x[…, i, …, i + offset, …]`, a
    /// view.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` on that diagonal, and 0 elsewhere.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[1.0_f64, 2.0], [3.0, 4.0]]));
    /// let y = x.diagonal(0, 0, 1)?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 4.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?, Tensor::eye(2)); // that of the trace
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or the same one is named twice.
    pub fn diagonal(&self, offset: isize, a: isize, b: isize) -> Result<Var<T>> {
        self.view("diagonal", move |x| x.diagonal(offset, a, b))
    }
}
