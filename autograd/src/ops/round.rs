//! Rounding to the nearest integer.

use super::flat::Flat;
use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// The integer nearest to `x`, `y = argmin |n − x|` over the integers n, of two equally near ones the even one, element by element; NaN
    /// stays NaN.
    ///
    /// Gradient: 0, also halfway between two integers, where the function jumps. (Straight through:
    /// [`stop_gradient`](crate::stop_gradient).)
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.4_f64, 0.5, 1.5]));
    /// let y = x.round()?;
    /// assert_eq!(y.tensor().to_vec(), [0.0, 0.0, 2.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.0; 3]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn round(&self) -> Result<Var<T>> {
        self.tape()
            .record(Flat("round"), &[self], self.tensor().round(), [])
    }
}
