//! Eigenvalues and eigenvectors of symmetric matrices.

use super::linalg::{gaps, symmetric, t};
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of the eigenvectors of [`Var::eigh`]. Saves `A, V`.
struct Eigenvectors;

/// The rule of the eigenvalues of [`Var::eigh`]. Saves `V`.
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
    /// The eigenvalues `λ` `[..., n]`, ascending, and the orthonormal eigenvectors `V` `[..., n, n]`, one a column, of the
    /// symmetric part `A = (X + Xᵀ)/2 = V·Λ·Vᵀ` of each matrix X in the last two axes. Of each eigenvector the component of largest
    /// magnitude is positive.
    ///
    /// Gradient: of the values, `V·diag(∂L/∂λ)·Vᵀ`; of the vectors, the symmetric part of `V·(F∘(Vᵀ·∂L/∂V))·Vᵀ` with
    /// `F[i, j] = 1/(λ[j] − λ[i])`: infinite where eigenvalues are equal.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([[5.0_f64, 0.0], [0.0, 2.0]]));
    /// let (values, vectors) = a.eigh()?;
    /// assert_eq!(values.tensor().to_vec(), [2.0, 5.0]);
    /// assert_eq!(vectors.tensor(), &Tensor::from([[0.0, 1.0], [1.0, 0.0]]));
    /// let largest = values.select(0, 1)?;
    /// assert_eq!(largest.backward()?.get(&a)?, Tensor::from([[1.0, 0.0], [0.0, 0.0]])); // v·vᵀ
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
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
