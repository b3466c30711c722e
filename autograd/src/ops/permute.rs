//! The axes in another order.

use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// The axes in another order: axis `k` of the result is axis `pₖ = order[k]` of this,
    /// `y[i_{p₀}, i_{p₁}, …] = x[i₀, i₁, …]`. A view.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` with its axes put back.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let images = tape.var(Tensor::<f64>::ones([8, 3, 28, 30]));
    /// let y = images.permute([0, 2, 3, 1])?;
    /// assert_eq!(y.shape(), [8, 28, 30, 3]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&images)?.shape(), [8, 3, 28, 30]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `order` isn't a permutation of the axes.
    pub fn permute(&self, order: impl AsRef<[isize]>) -> Result<Var<T>> {
        let order = order.as_ref().to_vec();
        self.view("permute", move |x| x.permute(&order))
    }
}
