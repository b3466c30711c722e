//! One position of an axis.

use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// What lies at `index` along `axis`, which disappears, `y[…, …] = x[…, index, …]`: a view. A negative index counts from the end.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` in its place, 0 elsewhere.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[1.0_f64, 2.0], [3.0, 4.0]]));
    /// let y = x.select(0, -1)?;
    /// assert_eq!(y.tensor().to_vec(), [3.0, 4.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?, Tensor::from([[0.0, 0.0], [1.0, 1.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis or the index is out of bounds.
    pub fn select(&self, axis: isize, index: isize) -> Result<Var<T>> {
        self.view("select", move |x| x.select(axis, index))
    }
}
