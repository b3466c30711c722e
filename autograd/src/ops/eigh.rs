//! Eigenvalues and eigenvectors of symmetric matrices.

use super::linalg::{gaps, symmetric, t};
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The eigenvectors `V` of `A`, hence `∂L/∂A` is the symmetric part of `V·(F∘(Vᵀ·∂L/∂V))·Vᵀ` with `F[i, j] = 1/(λ[j] − λ[i])`:
/// infinite where eigenvalues are equal. Saves `A, V`.
struct Eigenvectors;

/// The eigenvalues `λ` of `A`, hence `∂L/∂A = V·diag(∂L/∂λ)·Vᵀ`. Saves `V`.
struct Eigenvalues;

impl<T: Float> Rule<T> for Eigenvectors {
    fn name(&self) -> &'static str {
        "eigh"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (a, v) = (&saved[0], &saved[1]);
        to.give(0, || {
            let values = symmetric(a)?.matmul(v)?.try_mul(v)?.sum(-2)?;
            let inner = gaps(&values)?.try_mul(&t(v)?.matmul(&gy)?)?;
            symmetric(&v.matmul(&inner)?.matmul(&t(v)?)?)
        })
    }
}

impl<T: Float> Rule<T> for Eigenvalues {
    fn name(&self) -> &'static str {
        "eigh"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let v = &saved[0];
        to.give(0, || v.try_mul(&gy.unsqueeze(-2)?)?.matmul(&t(v)?))
    }
}

impl<T: Float> Var<T> {
    /// The eigenvalues `[..., n]`, ascending, and the orthonormal eigenvectors `[..., n, n]`, one a column, of the symmetric
    /// part `(A + Aᵀ)/2` of each matrix in the last two axes. Of each eigenvector the component of largest magnitude is
    /// positive. The gradient of eigenvectors is infinite where eigenvalues are equal, that of eigenvalues isn't.
    ///
    /// # Errors
    /// If the last two sizes differ.
    pub fn eigh(&self) -> Result<(Var<T>, Var<T>)> {
        let (values, vectors) = self.tensor().eigh()?;
        let saved = [Save::Var(self), Save::Output];
        let vectors = self.tape().record(Eigenvectors, &[self], vectors, saved)?;
        let saved = [Save::Var(&vectors)];
        let values = self.tape().record(Eigenvalues, &[self], values, saved)?;
        Ok((values, vectors))
    }
}
