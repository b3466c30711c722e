//! The smallest integer that isn't below.

use super::flat::Flat;
use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// `y = ⌈x⌉`, the smallest integer that isn't below, element by element.
    ///
    /// Gradient: 0, also at the integers, where the function jumps.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([-1.5_f64, 0.2, 2.0]));
    /// let y = x.ceil()?;
    /// assert_eq!(y.tensor().to_vec(), [-1.0, 1.0, 2.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.0; 3]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn ceil(&self) -> Result<Var<T>> {
        self.tape()
            .record(Flat("ceil"), &[self], self.tensor().ceil(), [])
    }
}
