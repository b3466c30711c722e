//! Rounding towards 0.

use super::flat::Flat;
use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// `x` without its fraction, `y = sign x·⌊|x|⌋`, element by element; NaN stays NaN.
    ///
    /// Gradient: 0, also at the integers, where the function jumps.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([-1.8_f64, 0.8, 2.0]));
    /// let y = x.trunc()?;
    /// assert_eq!(y.tensor().to_vec(), [-1.0, 0.0, 2.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.0; 3]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn trunc(&self) -> Result<Var<T>> {
        self.tape()
            .record(Flat("trunc"), &[self], self.tensor().trunc(), [])
    }
}
