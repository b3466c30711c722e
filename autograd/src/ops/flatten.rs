//! Several axes as one.

use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// The axes `from..=to` as one, in row-major order: `y[…, i·n + j, …] = x[…, i, j, …]` for two of which the second has n positions.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` in the shape of `x`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::<f64>::ones([2, 3, 4, 5]));
    /// let y = x.flatten(1, -2)?;
    /// assert_eq!(y.shape(), [2, 12, 5]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.shape(), [2, 3, 4, 5]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or `from` lies behind `to`.
    pub fn flatten(&self, from: isize, to: isize) -> Result<Var<T>> {
        let shape = self.tensor().flatten(from, to)?.shape().to_vec();
        self.reshape(shape)
    }
}
