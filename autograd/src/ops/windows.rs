//! Sliding windows.

use crate::Var;
use etude_tensor::{Float, Result, Window};

impl<T: Float> Var<T> {
    /// Windows that slide along axes, each axis of a window as a new last axis, `y[…, i, …, k] = x[…, i·step + k·dilation, …]`: a view, in
    /// which an element shows up once for each window that holds it.
    ///
    /// Gradient: of an element, the sum of `∂L/∂y` over all windows that hold it.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::{Tensor, Window};
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0, 3.0, 4.0]));
    /// let y = x.windows([Window::new(0, 2)])?;
    /// assert_eq!(y.tensor(), &Tensor::from([[1.0, 2.0], [2.0, 3.0], [3.0, 4.0]]));
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0, 2.0, 2.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range, a window doesn't fit, or memory has no room for so many elements.
    pub fn windows(&self, windows: impl AsRef<[Window]>) -> Result<Var<T>> {
        let windows = windows.as_ref().to_vec();
        self.view("windows", move |x| x.windows(&windows))
    }
}
