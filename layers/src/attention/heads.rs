//! Heads: pieces of the feature axis that attend each by itself.

use etude_autograd::Var;
use etude_tensor::{Error, Float, Result};

/// `[…, n, heads·d] → […, heads, n, d]`: head `a` is the `a`-th consecutive piece of the features. A view.
pub(crate) fn split_heads<T: Float>(x: &Var<T>, heads: usize) -> Result<Var<T>> {
    let (leading, [n, features]) = ends("split_heads", x)?;
    let pieces = [leading, &[n, heads, features / heads.max(1)]].concat();
    x.reshape(pieces)?.transpose(-3, -2)
}

/// `[…, heads, n, d] → […, n, heads·d]`: the heads side by side, as [`split_heads`] found them. It copies nothing if the heads of a
/// position lie side by side already, as they do in what attention gives.
pub(crate) fn merge_heads<T: Float>(x: &Var<T>) -> Result<Var<T>> {
    let (leading, [heads, n, d]) = ends("merge_heads", x)?;
    let features = [leading, &[n, heads * d]].concat();
    x.transpose(-3, -2)?.reshape(features)
}

/// The sizes of the last `N` axes, and of those before them.
fn ends<'a, T: Float, const N: usize>(
    who: &str,
    x: &'a Var<T>,
) -> Result<(&'a [usize], [usize; N])> {
    x.shape()
        .split_last_chunk::<N>()
        .map(|(leading, last)| (leading, *last))
        .ok_or_else(|| {
            let message = format!("expects at least {N} axes, got {:?}", x.shape());
            Error::shape(who, message)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn heads_are_consecutive_pieces_and_come_back() -> Result<()> {
        let x = Tensor::arange(0.0_f64, 24.0, 1.0)?.reshape([2, 3, 4])?;
        let x = Tape::inference().input(x);
        let heads = split_heads(&x, 2)?;
        assert_eq!(heads.shape(), [2, 2, 3, 2]);
        assert_eq!(heads.tensor().to_vec()[..6], [0.0, 1.0, 4.0, 5.0, 8.0, 9.0]);
        let merged = merge_heads(&heads)?;
        assert_eq!(merged.tensor(), x.tensor());
        assert!(merged.tensor().shares_storage(x.tensor()), "both are views");
        Ok(())
    }
}
