//! What the slopes of three inverse functions share.

use crate::Var;
use etude_tensor::{Float, Result};

/// `1 − x²` as `(1 − x)(1 + x)`, without cancellation near ±1.
pub(super) fn one_less_square<T: Float>(x: &Var<T>) -> Result<Var<T>> {
    x.try_neg()?.add_scalar(1.0)?.try_mul(&x.add_scalar(1.0)?)
}
