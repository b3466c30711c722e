//! The size of one number with the sign of another.

use super::broadcast_to::with_common_shape;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result, Tensor};

/// The rule of [`Var::copysign`]. Saves `a, b`.
struct Copysign;

impl<T: Float> Rule<T> for Copysign {
    fn name(&self) -> &'static str {
        "copysign"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (a, b) = (&saved[0], &saved[1]);
        // The slope is constant between the kinks.
        to.give(0, || {
            let slope = a
                .tensor()
                .sign()
                .try_mul(&Tensor::ones(b.shape()).copysign(b.tensor())?)?;
            gy.tape().input(slope).try_mul(&gy)
        })?;
        to.give_shaped(1, |shape| Ok(gy.tape().input(Tensor::zeros(shape))))
    }
}

impl<T: Float> Var<T> {
    /// `y = |a|` with the sign of `b`, element by element, that of a zero included, where this is `a`. Shapes broadcast.
    ///
    /// Gradient: `∂L/∂a = ∂L/∂y` where the signs agree, `−∂L/∂y` where they don't, and 0 for `a = 0`, its kink;
    /// `∂L/∂b = 0`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([2.0_f64, -3.0]));
    /// let b = tape.var(Tensor::from([-1.0, -1.0]));
    /// let y = a.copysign(&b)?;
    /// assert_eq!(y.tensor().to_vec(), [-2.0, -3.0]);
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&a)?.to_vec(), [-1.0, 1.0]);
    /// assert_eq!(gradients.get(&b)?.to_vec(), [0.0, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast, or the operands are on different tapes.
    pub fn copysign(&self, other: &Var<T>) -> Result<Var<T>> {
        with_common_shape("copysign", self, other, |a, b| {
            let y = a.tensor().copysign(b.tensor())?;
            a.tape()
                .record(Copysign, &[a, b], y, [Save::Var(a), Save::Var(b)])
        })
    }
}
