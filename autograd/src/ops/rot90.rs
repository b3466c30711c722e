//! Quarter turns.

use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// Turned by `turns` quarters from axis `a` towards axis `b`: a view; by one, `y[i, j] = x[j, n − 1 − i]`. Negative ones turn back.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` turned back.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[1.0_f64, 2.0], [3.0, 4.0]]));
    /// let y = x.rot90(1, 0, 1)?;
    /// assert_eq!(y.tensor(), &Tensor::from([[2.0, 4.0], [1.0, 3.0]]));
    /// let gradients = y.backward_with(&Tensor::from([[20.0, 40.0], [10.0, 30.0]]))?;
    /// assert_eq!(gradients.get(&x)?, Tensor::from([[10.0, 20.0], [30.0, 40.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range, or both are the same.
    pub fn rot90(&self, turns: isize, a: isize, b: isize) -> Result<Var<T>> {
        self.view("rot90", move |x| x.rot90(turns, a, b))
    }
}
