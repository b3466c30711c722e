//! Results of reductions, brought back against what was reduced.

use crate::Var;
use etude_tensor::{Float, Result};

/// `y`, which was reduced over `axes` of something of shape `shape`, with those axes put back, of size 1.
pub(super) fn kept<T: Float>(y: &Var<T>, shape: &[usize], axes: &[usize]) -> Result<Var<T>> {
    let mut sizes = shape.to_vec();
    axes.iter().for_each(|&axis| sizes[axis] = 1);
    y.reshape(sizes)
}
