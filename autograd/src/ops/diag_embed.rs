//! A diagonal matrix for each vector.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y` has `x` on a diagonal, hence `∂L/∂x` is that diagonal of `∂L/∂y`.
struct DiagEmbed {
    offset: isize,
}

impl<T: Float> Rule<T> for DiagEmbed {
    fn name(&self) -> &'static str {
        "diag_embed"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || gy.diagonal(self.offset, -2, -1))
    }
}

impl<T: Float> Var<T> {
    /// For each vector along the last axis a square matrix with it on the diagonal `offset` places above the main one, and
    /// 0 elsewhere.
    ///
    /// # Errors
    /// If the variable has no axis, or the result is larger than memory.
    pub fn diag_embed(&self, offset: isize) -> Result<Var<T>> {
        let y = self.tensor().diag_embed(offset)?;
        self.tape().record(DiagEmbed { offset }, &[self], y, [])
    }
}
