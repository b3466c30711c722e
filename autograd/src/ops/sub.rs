//! Subtraction.

use super::broadcast_to::with_common_shape;
use crate::{Rule, Saved, Sink, Var};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::try_sub`].
struct Sub;

impl<T: Float> Rule<T> for Sub {
    fn name(&self) -> &'static str {
        "sub"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(1, || gy.try_neg())?;
        to.give(0, || Ok(gy))
    }
}

impl<T: Float> Var<T> {
    /// `y = a − b`, where this is `a`; shapes broadcast. The operator `-` is this, with a panic for the error.
    ///
    /// Gradient: `∂L/∂a = ∂L/∂y` and `∂L/∂b = −∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([5.0_f64, 7.0]));
    /// let b = tape.var(Tensor::from([2.0, 3.0]));
    /// let y = a.try_sub(&b)?;
    /// assert_eq!(y.tensor().to_vec(), [3.0, 4.0]);
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&a)?.to_vec(), [1.0, 1.0]);
    /// assert_eq!(gradients.get(&b)?.to_vec(), [-1.0, -1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast, or the operands are on different tapes.
    pub fn try_sub(&self, other: &Var<T>) -> Result<Var<T>> {
        with_common_shape("sub", self, other, |a, b| {
            let y = a.tensor().try_sub(b.tensor())?;
            a.tape().record(Sub, &[a, b], y, [])
        })
    }

    /// [`try_sub`](Var::try_sub), into the memory of `a`.
    pub(crate) fn into_difference(self, other: &Var<T>) -> Result<Var<T>> {
        self.consume(other, Binary::Sub, Sub, |_, _| [], Var::try_sub)
    }
}
