//! The running sum.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::cumsum`].
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
    /// Gradient: `∂L/∂xᵢ = Σⱼ≥ᵢ ∂L/∂yⱼ`, a running sum from behind.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0, 3.0]));
    /// let y = x.cumsum(0)?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 3.0, 6.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [3.0, 2.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn cumsum(&self, axis: isize) -> Result<Var<T>> {
        let y = self.tensor().cumsum(axis)?;
        self.tape().record(Cumsum { axis }, &[self], y, [])
    }
}
