//! The determinant.

use super::linalg::t;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = det A`, hence `∂L/∂A = y·A⁻ᵀ · ∂L/∂y` (Jacobi). Saves `A, y`.
struct Determinant;

impl<T: Float> Rule<T> for Determinant {
    fn name(&self) -> &'static str {
        "determinant"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (a, y) = (&saved[0], &saved[1]);
        to.give(0, || {
            let factor = gy.try_mul(y)?.unsqueeze(-1)?.unsqueeze(-1)?;
            t(&a.inverse()?)?.try_mul(&factor)
        })
    }
}

impl<T: Float> Var<T> {
    /// The determinant of each matrix in the last two axes; 1 of a matrix without elements. Its gradient goes by the inverse:
    /// at a singular matrix there is an error instead.
    ///
    /// # Errors
    /// If the last two sizes differ.
    pub fn determinant(&self) -> Result<Var<T>> {
        let y = self.tensor().determinant()?;
        self.tape()
            .record(Determinant, &[self], y, [Save::Var(self), Save::Output])
    }
}
