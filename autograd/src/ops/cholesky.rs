//! Cholesky's factor.

use super::linalg::{symmetric, t};
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::cholesky`]. Saves `L`.
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
    /// The lower triangular `L` with a positive diagonal and `L·Lᵀ = A`, where A is the symmetric part `(X + Xᵀ)/2` of each matrix X
    /// in the last two axes.
    ///
    /// Gradient: `∂L/∂A` is the symmetric part of `L⁻ᵀ·Φ(Lᵀ·∂L/∂L)·L⁻¹`, where `Φ` takes the lower triangle with half the
    /// diagonal (Murray, 2016).
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([[4.0_f64, 2.0], [2.0, 5.0]]));
    /// let l = a.cholesky()?;
    /// assert_eq!(l.tensor(), &Tensor::from([[2.0, 0.0], [1.0, 2.0]]));
    /// let corner = l.select(0, 1)?.select(0, 1)?; // √(a₂₂ − a₁₂·a₂₁/a₁₁)
    /// let gradient = corner.backward()?.get(&a)?;
    /// assert_eq!(gradient, Tensor::from([[0.0625, -0.125], [-0.125, 0.25]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the last two sizes differ, or a matrix isn't positive definite.
    pub fn cholesky(&self) -> Result<Var<T>> {
        let y = self.tensor().cholesky()?;
        self.tape().record(Cholesky, &[self], y, [Save::Output])
    }
}
