//! An image cut into square blocks that don't overlap (window partition), and put together again.

use etude_autograd::Var;
use etude_tensor::{Error, Float, Result};

/// `[b, I·s, J·s, heads·d]` → `[b, heads, I, J, s·s, d]`: by head and block, the block's positions row by row. The side `s` divides both sizes.
pub(super) fn blocks<T: Float>(x: &Var<T>, side: usize, heads: usize) -> Result<Var<T>> {
    let &[batch, height, width, features] = x.shape() else {
        return Err(misfit(x));
    };
    let (rows, columns, depth) = (height / side, width / side, features / heads);
    let x = x.reshape([batch, rows, side, columns, side, heads, depth])?;
    let x = x.permute([0, 5, 1, 3, 2, 4, 6])?;
    x.reshape([batch, heads, rows, columns, side * side, depth])
}

/// `[b, heads, I, J, s·s, d]` → `[b, I·s, J·s, heads·d]`: the inverse of [`blocks`].
pub(super) fn image_of_blocks<T: Float>(x: &Var<T>, side: usize) -> Result<Var<T>> {
    let &[batch, heads, rows, columns, _, depth] = x.shape() else {
        return Err(misfit(x));
    };
    let x = x.reshape([batch, heads, rows, columns, side, side, depth])?;
    let x = x.permute([0, 2, 4, 3, 5, 1, 6])?;
    x.reshape([batch, rows * side, columns * side, heads * depth])
}

#[cold]
fn misfit<T: Float>(x: &Var<T>) -> Error {
    Error::shape(
        "blocks",
        format!("neither an image nor blocks of one: {:?}", x.shape()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn blocks_go_row_by_row_and_come_back() -> Result<()> {
        let x = Tensor::arange(0.0_f64, 32.0, 1.0)?.reshape([1, 4, 4, 2])?;
        let x = Tape::inference().input(x);
        let y = blocks(&x, 2, 2)?;
        assert_eq!(y.shape(), [1, 2, 2, 2, 4, 1]);
        assert_eq!(
            y.tensor().to_vec()[..8],
            [0.0, 2.0, 8.0, 10.0, 4.0, 6.0, 12.0, 14.0]
        );
        assert_eq!(image_of_blocks(&y, 2)?.tensor(), x.tensor());
        Ok(())
    }
}
