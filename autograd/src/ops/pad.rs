//! A border of one value.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result, Slice};

/// `y` is `x` with a border, hence `∂L/∂x` is the inner part of `∂L/∂y`.
struct Pad {
    border: Vec<(usize, usize)>,
}

impl<T: Float> Rule<T> for Pad {
    fn name(&self) -> &'static str {
        "pad"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give_shaped(0, |shape| {
            let inner = self.border.iter().zip(shape.iter());
            let inner: Vec<Slice> = inner
                .map(|(&(before, _), &size)| (before as isize..(before + size) as isize).into())
                .collect();
            gy.slices(inner)
        })
    }
}

impl<T: Float> Var<T> {
    /// With `(before, after)` elements of `value` on each axis around it.
    ///
    /// # Errors
    /// If `border` doesn't have one pair an axis.
    pub fn pad(&self, border: impl AsRef<[(usize, usize)]>, value: f64) -> Result<Var<T>> {
        let border = border.as_ref().to_vec();
        let y = self.tensor().pad(&border, T::from_f64(value))?;
        self.tape().record(Pad { border }, &[self], y, [])
    }
}
