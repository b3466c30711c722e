//! What the rules of linear algebra share.

use crate::Var;
use etude_tensor::{Float, Result, Tensor};

/// `Xᵀ`.
pub(super) fn t<T: Float>(x: &Var<T>) -> Result<Var<T>> {
    x.transpose(-2, -1)
}

/// `(X + Xᵀ)/2`.
pub(super) fn symmetric<T: Float>(x: &Var<T>) -> Result<Var<T>> {
    x.try_add(&t(x)?)?.mul_scalar(0.5)
}

/// `F[i, j] = 1/(λ[j] − λ[i])`, and 0 on the diagonal.
pub(super) fn gaps<T: Float>(values: &Var<T>) -> Result<Var<T>> {
    let n = values.shape()[values.rank() - 1];
    let diagonal = Tensor::<bool>::eye(n);
    let gaps = values.unsqueeze(-2)?.try_sub(&values.unsqueeze(-1)?)?;
    gaps.masked_fill(&diagonal, 1.0)?
        .recip()?
        .masked_fill(&diagonal, 0.0)
}
