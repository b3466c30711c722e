//! A range along an axis.

use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// The `len` elements along `axis` from `start` on, `y[…, i, …] = x[…, start + i, …]`: a view.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` in its place, 0 elsewhere.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0, 3.0, 4.0]));
    /// let y = x.narrow(0, 1, 2)?;
    /// assert_eq!(y.tensor().to_vec(), [2.0, 3.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.0, 1.0, 1.0, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis or the range is out of bounds.
    pub fn narrow(&self, axis: isize, start: usize, len: usize) -> Result<Var<T>> {
        self.view("narrow", move |x| x.narrow(axis, start, len))
    }
}
