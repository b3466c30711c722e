//! The running sum.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `yᵢ = x₀ + … + xᵢ`, hence `∂L/∂xᵢ` is the sum of `∂L/∂y` from `i` on: a running sum from behind.
struct Cumsum {
    axis: isize,
}

impl<T: Float> Rule<T> for Cumsum {
    fn name(&self) -> &'static str {
        "cumsum"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || gy.flip(self.axis)?.cumsum(self.axis)?.flip(self.axis))
    }
}

impl<T: Float> Var<T> {
    /// The running sum along `axis`, `yᵢ = x₀ + … + xᵢ`. From the first NaN on it is NaN.
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn cumsum(&self, axis: isize) -> Result<Var<T>> {
        let y = self.tensor().cumsum(axis)?;
        self.tape().record(Cumsum { axis }, &[self], y, [])
    }
}
