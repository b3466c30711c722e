//! Two axes exchanged.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::transpose`].
struct Transpose {
    axes: (isize, isize),
}

impl<T: Float> Rule<T> for Transpose {
    fn name(&self) -> &'static str {
        "transpose"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || gy.transpose(self.axes.0, self.axes.1))
    }
}

impl<T: Float> Var<T> {
    /// A view with two axes exchanged, `y[…, j, …, i, …] = x[…, i, …, j, …]`; negative axes count from the end.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` with the same two axes exchanged.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[1.0_f64, 2.0, 3.0]]));
    /// let y = x.transpose(0, 1)?;
    /// assert_eq!(y.tensor(), &Tensor::from([[1.0], [2.0], [3.0]]));
    /// let gradients = y.backward_with(&Tensor::from([[10.0], [20.0], [30.0]]))?;
    /// assert_eq!(gradients.get(&x)?, Tensor::from([[10.0, 20.0, 30.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis doesn't exist.
    pub fn transpose(&self, a: isize, b: isize) -> Result<Var<T>> {
        let y = self.tensor().transpose(a, b)?;
        self.tape()
            .record(Transpose { axes: (a, b) }, &[self], y, [])
    }
}
