//! Triangles of matrices.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::tril`].
struct Tril {
    k: isize,
}

/// The rule of [`Var::triu`].
struct Triu {
    k: isize,
}

impl<T: Float> Rule<T> for Tril {
    fn name(&self) -> &'static str {
        "tril"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || gy.tril(self.k))
    }
}

impl<T: Float> Rule<T> for Triu {
    fn name(&self) -> &'static str {
        "triu"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || gy.triu(self.k))
    }
}

impl<T: Float> Var<T> {
    /// The lower triangles of the matrices in the last two axes: `y[…, i, j] = x[…, i, j]` for
    /// `j ≤ i + k`; what stands above the `k`-th diagonal becomes 0.
    ///
    /// Gradient: `∂L/∂x` is the same triangle of `∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[1.0_f64, 2.0], [3.0, 4.0]]));
    /// let y = x.tril(0)?;
    /// assert_eq!(y.tensor(), &Tensor::from([[1.0, 0.0], [3.0, 4.0]]));
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?, Tensor::from([[1.0, 0.0], [1.0, 1.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are fewer than two axes.
    pub fn tril(&self, k: isize) -> Result<Var<T>> {
        self.tape()
            .record(Tril { k }, &[self], self.tensor().tril(k)?, [])
    }

    /// The upper triangles of the matrices in the last two axes: `y[…, i, j] = x[…, i, j]` for
    /// `j ≥ i + k`; what stands below the `k`-th diagonal becomes 0.
    ///
    /// Gradient: `∂L/∂x` is the same triangle of `∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[1.0_f64, 2.0], [3.0, 4.0]]));
    /// let y = x.triu(1)?;
    /// assert_eq!(y.tensor(), &Tensor::from([[0.0, 2.0], [0.0, 0.0]]));
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?, Tensor::from([[0.0, 1.0], [0.0, 0.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are fewer than two axes.
    pub fn triu(&self, k: isize) -> Result<Var<T>> {
        self.tape()
            .record(Triu { k }, &[self], self.tensor().triu(k)?, [])
    }
}
