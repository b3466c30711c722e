//! Round and round.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result, axis_index};

/// The rule of [`Var::roll`].
struct Roll {
    shift: isize,
    axis: isize,
}

impl<T: Float> Rule<T> for Roll {
    fn name(&self) -> &'static str {
        "roll"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || gy.roll(-self.shift, self.axis))
    }
}

impl<T: Float> Var<T> {
    /// `y[i] = x[(i − shift) mod n]` along `axis`: everything is moved on by `shift` positions, and what leaves at the end
    /// comes in at the beginning. A negative shift moves back.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` moved back.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0, 3.0]));
    /// let y = x.roll(1, 0)?;
    /// assert_eq!(y.tensor().to_vec(), [3.0, 1.0, 2.0]);
    /// let gradients = y.backward_with(&Tensor::from([10.0, 20.0, 30.0]))?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [20.0, 30.0, 10.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn roll(&self, shift: isize, axis: isize) -> Result<Var<T>> {
        let y = self.tensor().roll(shift, axis)?;
        // As a number of steps forward, which can be turned round.
        let size = self.shape()[axis_index("roll", axis, self.rank())?];
        let shift = shift.checked_rem_euclid(size as isize).unwrap_or(0);
        self.tape().record(Roll { shift, axis }, &[self], y, [])
    }
}
