//! Sums over products along pairs of axes: a [contraction](super::contraction).

use super::contraction::check_tapes;
use crate::Var;
use etude_tensor::{Float, Result, plan};

impl<T: Float> Var<T> {
    /// The sum over products of elements along pairs of axes, `axes` of this with `other_axes` of `other`:
    /// `y[i…, j…] = Σ a[i…, k…] · b[k…, j…]` over the paired k. The other axes of both follow each other.
    ///
    /// Gradient: `∂L/∂a` is the product of `∂L/∂y` with `b` along the axes of `b` that aren't paired, `∂L/∂b` that with
    /// `a`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([[1.0_f64, 2.0], [3.0, 4.0]]));
    /// let b = tape.var(Tensor::from([[5.0, 6.0], [7.0, 8.0]]));
    /// let y = a.tensordot(&b, [0, 1], [0, 1])?;
    /// assert_eq!(y.item()?, 5.0 + 12.0 + 21.0 + 32.0);
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&a)?, *b.tensor());
    /// assert_eq!(gradients.get(&b)?, *a.tensor());
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the lists differ in length, an axis is out of range or named twice, paired axes differ in size, or the variables
    /// are on different tapes.
    pub fn tensordot(
        &self,
        other: &Var<T>,
        axes: impl AsRef<[isize]>,
        other_axes: impl AsRef<[isize]>,
    ) -> Result<Var<T>> {
        check_tapes("tensordot", &[self, other])?;
        plan::tensordot(self, other, axes.as_ref(), other_axes.as_ref())
    }
}
