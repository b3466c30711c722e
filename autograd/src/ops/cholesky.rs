//! Cholesky's factor.

use super::linalg::{symmetric, t};
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `A = L·Lᵀ`, hence `∂L/∂A` is the symmetric part of `L⁻ᵀ·Φ(Lᵀ·∂L/∂L)·L⁻¹`, where `Φ` takes the lower triangle with half the
/// diagonal (Murray, 2016). Saves `L`.
struct Cholesky;

impl<T: Float> Rule<T> for Cholesky {
    fn name(&self) -> &'static str {
        "cholesky"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let l = &saved[0];
        to.give(0, || {
            let product = t(l)?.matmul(&gy.tril(0)?)?;
            let half = product
                .tril(0)?
                .try_add(&product.tril(-1)?)?
                .mul_scalar(0.5)?;
            let upper = t(l)?;
            let left = upper.triangular_solve(&half, true)?;
            symmetric(&upper.triangular_solve(&t(&left)?, true)?)
        })
    }
}

impl<T: Float> Var<T> {
    /// The lower triangular `L` with a positive diagonal for which `L·Lᵀ` is the symmetric part `(A + Aᵀ)/2` of each matrix
    /// in the last two axes.
    ///
    /// # Errors
    /// If the last two sizes differ, or a matrix isn't positive definite.
    pub fn cholesky(&self) -> Result<Var<T>> {
        let y = self.tensor().cholesky()?;
        self.tape().record(Cholesky, &[self], y, [Save::Output])
    }
}
