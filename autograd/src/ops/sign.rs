//! The sign.

use super::flat::Flat;
use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// The sign, `y = sign x`: −1, 0 or 1 as `x` is below, at or above 0, element by element; NaN gives NaN.
    ///
    /// Gradient: 0, also at 0, where the function jumps.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([-3.0_f64, 0.0, 0.5]));
    /// let y = x.sign()?;
    /// assert_eq!(y.tensor().to_vec(), [-1.0, 0.0, 1.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.0; 3]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn sign(&self) -> Result<Var<T>> {
        self.tape()
            .record(Flat("sign"), &[self], self.tensor().sign(), [])
    }
}
