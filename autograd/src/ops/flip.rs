//! The other direction along axes.

use crate::Var;
use etude_tensor::{Axes, Float, Result};

impl<T: Float> Var<T> {
    /// The elements in the opposite order along `axes`, `y[…, i, …] = x[…, n − 1 − i, …]`: a view.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` in the opposite order.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0, 3.0]));
    /// let y = x.flip(0)?;
    /// assert_eq!(y.tensor().to_vec(), [3.0, 2.0, 1.0]);
    /// let gradients = y.backward_with(&Tensor::from([10.0, 20.0, 30.0]))?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [30.0, 20.0, 10.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or named twice.
    pub fn flip(&self, axes: impl Into<Axes>) -> Result<Var<T>> {
        let axes = axes.into();
        self.view("flip", move |x| x.flip(&axes))
    }
}
