//! Each element several times.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result, axis_index};

/// `y` shows each position of an axis several times in a row, hence `∂L/∂x` is the sum of `∂L/∂y` over each such row.
struct Repeat {
    /// From the front.
    axis: usize,
    count: usize,
}

impl<T: Float> Rule<T> for Repeat {
    fn name(&self) -> &'static str {
        "repeat"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give_shaped(0, |x| {
            let mut rows = x.to_vec();
            rows.insert(self.axis + 1, self.count);
            gy.reshape(rows)?.sum(self.axis as isize + 1)
        })
    }
}

impl<T: Float> Var<T> {
    /// With each position of `axis` `count` times in a row, as NumPy's `repeat` (PyTorch's `repeat_interleave`).
    ///
    /// # Errors
    /// If the axis is out of range, or the result is larger than memory.
    pub fn repeat(&self, count: usize, axis: isize) -> Result<Var<T>> {
        let y = self.tensor().repeat(count, axis)?;
        let axis = axis_index("repeat", axis, self.rank())?;
        self.tape().record(Repeat { axis, count }, &[self], y, [])
    }
}
