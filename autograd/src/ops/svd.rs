//! Singular values and vectors.

use super::linalg::{gaps, t};
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result, Tensor};

/// The rule of the right singular vectors `V` of `A`, the eigenvectors of `AᵀA`. Saves `A, V`.
struct RightVectors;

/// The rule of the singular values `s` of `A`, with `U = A·V/s`, and 0 where `s` is 0. Saves `A, V, s`.
struct SingularValues;

/// The rule of the left singular vectors `U = A·V/s`. With `G = ∂L/∂U / s`, `∂L/∂A = G·Vᵀ`, `∂L/∂V = Aᵀ·G`,
/// `∂L/∂s = −Σ U∘G` over rows; and 0 where `s` is 0. Saves `A, V, s, U`.
struct LeftVectors;

/// `x / s` column by column, 0 where `s` is 0.
fn over<T: Float>(x: &Var<T>, s: &Var<T>) -> Result<Var<T>> {
    let none = s.tensor().equal(&Tensor::scalar(T::ZERO))?;
    let scale = s
        .masked_fill(&none, 1.0)?
        .recip()?
        .masked_fill(&none, 0.0)?;
    x.try_mul(&scale.unsqueeze(-2)?)
}

impl<T: Float> Rule<T> for RightVectors {
    fn name(&self) -> &'static str {
        "svd"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (a, v) = (&saved[0], &saved[1]);
        to.give(0, || {
            let image = a.matmul(v)?;
            let squares = image.square()?.sum(-2)?;
            let k = gaps(&squares)?.try_mul(&t(v)?.matmul(&gy)?)?;
            image.matmul(&k.try_add(&t(&k)?)?)?.matmul(&t(v)?)
        })
    }
}

impl<T: Float> Rule<T> for SingularValues {
    fn name(&self) -> &'static str {
        "svd"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (a, v, s) = (&saved[0], &saved[1], &saved[2]);
        to.give(0, || {
            let u = over(&a.matmul(v)?, s)?;
            u.try_mul(&gy.unsqueeze(-2)?)?.matmul(&t(v)?)
        })
    }
}

impl<T: Float> Rule<T> for LeftVectors {
    fn name(&self) -> &'static str {
        "svd"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (a, v, s, u) = (&saved[0], &saved[1], &saved[2], &saved[3]);
        let g = over(&gy, s)?;
        to.give(0, || g.matmul(&t(v)?))?;
        to.give(1, || t(a)?.matmul(&g))?;
        to.give(2, || g.try_mul(u)?.sum(-2)?.try_neg())
    }
}

impl<T: Float> Var<T> {
    /// `U` `[..., m, k]` with orthonormal columns, the singular values `S` `[..., k]`, descending, and `Vᵀ` `[..., k, n]`
    /// with orthonormal rows, `k = min(m, n)`: `U·diag(S)·Vᵀ` is each matrix `A` `[m, n]` in the last two axes.
    ///
    /// Gradient: of the values, `U·diag(∂L/∂S)·Vᵀ`; of `V`, where `m ≥ n`, `A·V·(K + Kᵀ)·Vᵀ` with `K = F∘(Vᵀ·∂L/∂V)` and
    /// `F[i, j] = 1/(s[j]² − s[i]²)`: infinite where singular values are equal; of `U` that of `A·V/s`, which goes through
    /// all three, and 0 where `s` is 0. Where `m < n`, the same of `Aᵀ`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([[3.0_f64, 0.0], [0.0, 2.0]]));
    /// let (_, s, _) = a.svd()?;
    /// assert_eq!(s.tensor().to_vec(), [3.0, 2.0]);
    /// assert_eq!(s.sum(..)?.backward()?.get(&a)?, Tensor::eye(2)); // of the nuclear norm: U·Vᵀ
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are fewer than two axes.
    pub fn svd(&self) -> Result<(Var<T>, Var<T>, Var<T>)> {
        if let [.., m, n] = *self.shape()
            && m < n
        {
            let (u, s, vt) = t(self)?.svd()?;
            return Ok((t(&vt)?, s, t(&u)?));
        }
        let (u, s, vt) = self.tensor().svd()?;
        let (tape, v) = (self.tape(), vt.transpose(-2, -1)?);
        let v = tape.record(RightVectors, &[self], v, [Save::Var(self), Save::Output])?;
        let saved = [Save::Var(self), Save::Var(&v), Save::Output];
        let s = tape.record(SingularValues, &[self], s, saved)?;
        let saved = [Save::Var(self), Save::Var(&v), Save::Var(&s), Save::Output];
        let u = tape.record(LeftVectors, &[self, &v, &s], u, saved)?;
        let vt = t(&v)?;
        Ok((u, s, vt))
    }
}
