//! Ranges along all axes at once.

use crate::Var;
use etude_tensor::{Float, Result, Slice};

impl<T: Float> Var<T> {
    /// The elements that the slices name, one slice an axis, which [`s!`](etude_tensor::s) writes: a view,
    /// `y[i, j, …] = x[start₀ + i·step₀, start₁ + j·step₁, …]`. Axes beyond the list stay whole.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` at the places named, 0 elsewhere.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::{Tensor, s};
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[1.0_f64, 2.0, 3.0], [4.0, 5.0, 6.0]]));
    /// let y = x.slices(s![.., 1..;-1])?;
    /// assert_eq!(y.tensor(), &Tensor::from([[3.0, 2.0], [6.0, 5.0]]));
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?, Tensor::from([[0.0, 1.0, 1.0], [0.0, 1.0, 1.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are more slices than axes or one leaves its axis.
    pub fn slices(&self, slices: impl AsRef<[Slice]>) -> Result<Var<T>> {
        let slices = slices.as_ref().to_vec();
        self.view("slice", move |x| x.slices(&slices))
    }
}
