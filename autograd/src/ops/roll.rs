//! Round and round.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result, axis_index};

/// `y[i] = x[(i − shift) mod n]`, hence `∂L/∂x` is `∂L/∂y` moved back.
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
    /// With everything moved on by `shift` positions along `axis`; what leaves at the end comes in at the beginning. A
    /// negative shift moves back.
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
