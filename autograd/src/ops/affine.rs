//! The product with a matrix, and a vector added: what a dense layer computes.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = x·w + b`, hence `∂L/∂x = ∂L/∂y · wᵀ`, `∂L/∂w = xᵀ · ∂L/∂y` and `∂L/∂b = Σ ∂L/∂y`, the last two over all rows.
/// Saves `x, w`, each only if the other is tracked.
struct Affine;

impl<T: Float> Rule<T> for Affine {
    fn name(&self) -> &'static str {
        "affine"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || gy.matmul(&saved[1].transpose(0, 1)?))?;
        to.give(1, || rows(&saved[0])?.transpose(0, 1)?.matmul(&rows(&gy)?))?;
        to.give(2, || rows(&gy)?.sum(0))
    }
}

/// All axes but the last as one.
fn rows<T: Float>(x: &Var<T>) -> Result<Var<T>> {
    match x.shape() {
        [_, _] => Ok(x.clone()),
        [leading @ .., width] => x.reshape([leading.iter().product(), *width]),
        [] => x.reshape([1, 1]),
    }
}

impl<T: Float> Var<T> {
    /// `x·w + b` for `x` `[…, in]`, a matrix `w` `[in, out]` and a vector `b` `[out]`: `[…, out]`. The vector is added
    /// while the product is stored.
    ///
    /// # Errors
    /// If the shapes don't go together, or the variables are on different tapes.
    pub fn affine(&self, weight: &Var<T>, bias: &Var<T>) -> Result<Var<T>> {
        let y = self.tensor().affine(weight.tensor(), bias.tensor())?;
        let saved = [
            Save::for_gradient_of(self, weight),
            Save::for_gradient_of(weight, self),
        ];
        self.tape().record(Affine, &[self, weight, bias], y, saved)
    }
}
