//! Consecutive pieces of an axis.

use crate::Var;
use etude_tensor::{Error, Float, Result, axis_index};

impl<T: Float> Var<T> {
    /// Consecutive pieces along `axis`, of the given sizes: views.
    ///
    /// # Errors
    /// If the axis is out of range or the sizes don't add up to its size.
    pub fn split(&self, axis: isize, sizes: &[usize]) -> Result<Vec<Var<T>>> {
        let size = self.shape()[axis_index("split", axis, self.rank())?];
        if sizes.iter().sum::<usize>() != size {
            return Err(Error::shape(
                "split",
                format!(
                    "sizes {sizes:?} for an axis of size {size}; expected them to add up to it"
                ),
            ));
        }
        let mut start = 0;
        let piece = |&len: &usize| {
            let piece = self.narrow(axis, start, len);
            start += len;
            piece
        };
        sizes.iter().map(piece).collect()
    }

    /// `count` consecutive pieces along `axis`, of one size: views.
    ///
    /// # Errors
    /// If the axis is out of range or its size isn't a multiple of `count`.
    pub fn chunk(&self, axis: isize, count: usize) -> Result<Vec<Var<T>>> {
        let pieces = self.tensor().chunk(axis, count)?;
        let axis_at = axis_index("chunk", axis, self.rank())?;
        let sizes: Vec<usize> = pieces.iter().map(|piece| piece.shape()[axis_at]).collect();
        self.split(axis, &sizes)
    }
}
