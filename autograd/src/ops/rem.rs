//! The remainder of a division.

use super::broadcast_to::with_common_shape;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::try_rem`]. Saves `a, b`.
struct Rem;

impl<T: Float> Rule<T> for Rem {
    fn name(&self) -> &'static str {
        "rem"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (a, b) = (&saved[0], &saved[1]);
        // The quotient is constant between the jumps.
        to.give(1, || {
            let rest = a.tensor().try_rem(b.tensor())?;
            let quotient = a.tensor().try_sub(&rest)?.try_div(b.tensor())?.round();
            gy.tape().input(quotient).try_mul(&gy)?.try_neg()
        })?;
        to.give(0, || Ok(gy))
    }
}

impl<T: Float> Var<T> {
    /// `y = a − b·⌊a/b⌋`, element by element, where this is `a`: the remainder with the sign of `b`, as in Python, NumPy
    /// and PyTorch; NaN for `b = 0`. Shapes broadcast. The operator `%` is this, with a panic for the error.
    ///
    /// Gradient: `∂L/∂a = ∂L/∂y` and `∂L/∂b = −⌊a/b⌋ · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([7.0_f64, -7.0]));
    /// let b = tape.var(Tensor::from([3.0, 3.0]));
    /// let y = a.try_rem(&b)?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 2.0]); // 7 − 3·2, −7 − 3·(−3)
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&a)?.to_vec(), [1.0, 1.0]);
    /// assert_eq!(gradients.get(&b)?.to_vec(), [-2.0, 3.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast, or the operands are on different tapes.
    pub fn try_rem(&self, other: &Var<T>) -> Result<Var<T>> {
        with_common_shape("rem", self, other, |a, b| {
            let y = a.tensor().try_rem(b.tensor())?;
            a.tape()
                .record(Rem, &[a, b], y, [Save::Var(a), Save::Var(b)])
        })
    }
}
