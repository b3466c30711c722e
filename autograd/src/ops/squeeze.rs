//! Axes of size 1, taken out and put in.

use crate::Var;
use etude_tensor::{Axes, Float, Result};

impl<T: Float> Var<T> {
    /// Without `axes`, which have size 1: `y[…, …] = x[…, 0, …]`.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` with these axes put back.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[1.0_f64, 2.0]]));
    /// let y = x.squeeze(0)?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 2.0]);
    /// let gradients = y.backward_with(&Tensor::from([10.0, 20.0]))?;
    /// assert_eq!(gradients.get(&x)?, Tensor::from([[10.0, 20.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or has another size.
    pub fn squeeze(&self, axes: impl Into<Axes>) -> Result<Var<T>> {
        let shape = self.tensor().squeeze(axes)?.shape().to_vec();
        self.reshape(shape)
    }

    /// With a new axis of size 1 at `axis` of the result: `y[…, 0, …] = x[…, …]`.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` without that axis.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0]));
    /// let y = x.unsqueeze(-1)?;
    /// assert_eq!(y.tensor(), &Tensor::from([[1.0], [2.0]]));
    /// let gradients = y.backward_with(&Tensor::from([[10.0], [20.0]]))?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [10.0, 20.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn unsqueeze(&self, axis: isize) -> Result<Var<T>> {
        let shape = self.tensor().unsqueeze(axis)?.shape().to_vec();
        self.reshape(shape)
    }
}
