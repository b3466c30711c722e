//! A range along an axis, with steps.

use crate::Var;
use etude_tensor::{Float, Result, Slice};

impl<T: Float> Var<T> {
    /// The elements along `axis` that the slice names, such as `1..-1` or `Slice::from(..).step(-2)`: a view,
    /// `y[i] = x[start + i·step]`, or `x[end − 1 + i·step]` for a negative step.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` at the places named, 0 elsewhere.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::{Slice, Tensor};
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0, 3.0, 4.0]));
    /// let y = x.slice(0, Slice::from(1..).step(2))?;
    /// assert_eq!(y.tensor().to_vec(), [2.0, 4.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.0, 1.0, 0.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis or the range is out of bounds.
    pub fn slice(&self, axis: isize, slice: impl Into<Slice>) -> Result<Var<T>> {
        let slice = slice.into();
        self.view("slice", move |x| x.slice(axis, slice))
    }
}
