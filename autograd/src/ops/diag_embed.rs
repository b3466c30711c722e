//! A diagonal matrix for each vector.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::diag_embed`].
struct DiagEmbed {
    offset: isize,
}

impl<T: Float> Rule<T> for DiagEmbed {
    fn name(&self) -> &'static str {
        "diag_embed"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || gy.diagonal(self.offset, -2, -1))
    }
}

impl<T: Float> Var<T> {
    /// For each vector along the last axis a square matrix with it on the diagonal `offset` places above the main one,
    /// `y[…, i, i + offset] = x[…, i]`, and 0 elsewhere.
    ///
    /// Gradient: `∂L/∂x` is that diagonal of `∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0]));
    /// let y = x.diag_embed(0)?;
    /// assert_eq!(y.tensor(), &Tensor::from([[1.0, 0.0], [0.0, 2.0]]));
    /// let gradients = y.backward_with(&Tensor::from([[10.0, 20.0], [30.0, 40.0]]))?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [10.0, 40.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable has no axis, or the result is larger than memory.
    pub fn diag_embed(&self, offset: isize) -> Result<Var<T>> {
        let y = self.tensor().diag_embed(offset)?;
        self.tape().record(DiagEmbed { offset }, &[self], y, [])
    }
}
