//! Triangles of matrices.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y` is the lower triangle of `x`, hence `∂L/∂x` is that of `∂L/∂y`.
struct Tril {
    k: isize,
}

/// `y` is the upper triangle of `x`, hence `∂L/∂x` is that of `∂L/∂y`.
struct Triu {
    k: isize,
}

impl<T: Float> Rule<T> for Tril {
    fn name(&self) -> &'static str {
        "tril"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || gy.tril(self.k))
    }
}

impl<T: Float> Rule<T> for Triu {
    fn name(&self) -> &'static str {
        "triu"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || gy.triu(self.k))
    }
}

impl<T: Float> Var<T> {
    /// The lower triangles of the matrices in the last two axes: what stands above the `k`-th diagonal becomes 0.
    ///
    /// # Errors
    /// If there are fewer than two axes.
    pub fn tril(&self, k: isize) -> Result<Var<T>> {
        self.tape()
            .record(Tril { k }, &[self], self.tensor().tril(k)?, [])
    }

    /// The upper triangles of the matrices in the last two axes: what stands below the `k`-th diagonal becomes 0.
    ///
    /// # Errors
    /// If there are fewer than two axes.
    pub fn triu(&self, k: isize) -> Result<Var<T>> {
        self.tape()
            .record(Triu { k }, &[self], self.tensor().triu(k)?, [])
    }
}
