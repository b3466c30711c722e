//! Singular values and vectors.

use super::linalg::{gaps, t};
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result, Tensor};

/// The right singular vectors `V` of `A`, which are the eigenvectors of `AᵀA`: with `K = F∘(Vᵀ·∂L/∂V)` and
/// `F[i, j] = 1/(s[j]² − s[i]²)`, `∂L/∂A = A·V·(K + Kᵀ)·Vᵀ`; infinite where singular values are equal. Saves `A, V`.
struct RightVectors;

/// The singular values `s` of `A`, hence `∂L/∂A = U·diag(∂L/∂s)·Vᵀ` with `U = A·V/s`, and 0 where `s` is 0. Saves `A, V, s`.
struct SingularValues;

/// The left singular vectors `U = A·V/s`. With `G = ∂L/∂U / s`, `∂L/∂A = G·Vᵀ`, `∂L/∂V = Aᵀ·G`, `∂L/∂s = −Σ U∘G` over rows; and 0
/// where `s` is 0. Saves `A, V, s, U`.
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
    /// `U` `[..., m, k]` with orthonormal columns, the singular values `S` `[..., k]`, descending, and `Vᵀ` `[..., k, n]` with
    /// orthonormal rows, `k = min(m, n)`: `U·diag(S)·Vᵀ` is each matrix `[m, n]` in the last two axes. The gradient of
    /// singular vectors is infinite where singular values are equal; that of the values isn't.
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
