//! Two axes exchanged.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = x` with two axes exchanged, hence `∂L/∂x` is `∂L/∂y` with the same two exchanged.
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
    /// A view with two axes exchanged; negative axes count from the end.
    ///
    /// # Errors
    /// If an axis doesn't exist.
    pub fn transpose(&self, a: isize, b: isize) -> Result<Var<T>> {
        let y = self.tensor().transpose(a, b)?;
        self.tape()
            .record(Transpose { axes: (a, b) }, &[self], y, [])
    }
}
