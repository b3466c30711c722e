//! Consecutive pieces of an axis.

use crate::Var;
use etude_tensor::{Error, Float, Result, axis_index};

impl<T: Float> Var<T> {
    /// Consecutive pieces along `axis`, of the given sizes: views, `yₖ[…, i, …] = x[…, s + i, …]`, where s is the size of all before the k-th.
    ///
    /// Gradient: each piece gives back its stretch; pieces that nobody uses give 0.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0, 3.0]));
    /// let pieces = x.split(0, &[1, 2])?;
    /// assert_eq!(pieces[1].tensor().to_vec(), [2.0, 3.0]);
    /// assert_eq!(pieces[1].sum(..)?.backward()?.get(&x)?.to_vec(), [0.0, 1.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
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

    /// `count` consecutive pieces along `axis`, of sizes that differ by at most one, the larger ones first: views,
    /// `yₖ[…, i, …] = x[…, s + i, …]`, where s is the size of all before the k-th.
    ///
    /// Gradient: as that of [`split`](Var::split).
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0, 3.0, 4.0]));
    /// let halves = x.chunk(0, 2)?;
    /// let y = halves[0].try_mul(&halves[1])?;
    /// assert_eq!(y.tensor().to_vec(), [3.0, 8.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [3.0, 4.0, 1.0, 2.0]); // each half gets the other
    /// let x = tape.var(Tensor::from([1.0, 2.0, 3.0]));
    /// assert_eq!(x.chunk(0, 2)?[0].tensor().to_vec(), [1.0, 2.0]); // and 3 by itself
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range, or `count` is 0 or larger than its size.
    pub fn chunk(&self, axis: isize, count: usize) -> Result<Vec<Var<T>>> {
        let pieces = self.tensor().chunk(axis, count)?;
        let axis_at = axis_index("chunk", axis, self.rank())?;
        let sizes: Vec<usize> = pieces.iter().map(|piece| piece.shape()[axis_at]).collect();
        self.split(axis, &sizes)
    }
}
