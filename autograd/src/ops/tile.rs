//! The whole several times.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::tile`].
struct Tile {
    counts: Vec<usize>,
}

impl<T: Float> Rule<T> for Tile {
    fn name(&self) -> &'static str {
        "tile"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give_shaped(0, |x| {
            // Each axis as [copies, size]: the copies are the even axes.
            let rank = gy.rank();
            let size = |k: usize| (k + x.rank()).checked_sub(rank).map_or(1, |i| x[i]);
            let count = |k: usize| {
                (k + self.counts.len())
                    .checked_sub(rank)
                    .map_or(1, |i| self.counts[i])
            };
            let apart: Vec<usize> = (0..rank).flat_map(|k| [count(k), size(k)]).collect();
            let copies: Vec<isize> = (0..rank as isize).map(|k| 2 * k).collect();
            gy.reshape(apart)?.sum(copies)?.reshape(x.clone())
        })
    }
}

impl<T: Float> Var<T> {
    /// This `counts[k]` times along axis `k`, `y[i] = x[i mod n]` along each axis, as NumPy's `tile` (PyTorch's `repeat`). With more counts
    /// than axes, new axes come in front; with fewer, the first axes stay as they are.
    ///
    /// Gradient: `∂L/∂x` is the sum of `∂L/∂y` over all copies.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0]));
    /// let y = x.tile([2])?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 2.0, 1.0, 2.0]);
    /// let gradients = y.backward_with(&Tensor::from([1.0, 10.0, 100.0, 1000.0]))?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [101.0, 1010.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the result is larger than memory.
    pub fn tile(&self, counts: impl AsRef<[usize]>) -> Result<Var<T>> {
        let y = self.tensor().tile(&counts)?;
        let counts = counts.as_ref().to_vec();
        self.tape().record(Tile { counts }, &[self], y, [])
    }
}
