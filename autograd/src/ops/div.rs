//! Division, element by element.

use super::broadcast_to::with_common_shape;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::try_div`]. Saves `b`, and `y` if `b` is tracked.
struct Div;

impl<T: Float> Rule<T> for Div {
    fn name(&self) -> &'static str {
        "div"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let ga = gy.try_div(&saved[0])?; // both gradients are made from it
        to.give(1, || ga.try_mul(&saved[1])?.try_neg())?;
        to.give(0, || Ok(ga))
    }
}

impl<T: Float> Var<T> {
    /// `y = a / b`, element by element, where this is `a`; shapes broadcast. Where `b` is 0 the result is infinite or NaN,
    /// as in plain arithmetic. The operator `/` is this, with a panic for the error.
    ///
    /// Gradient: `∂L/∂a = ∂L/∂y / b` and `∂L/∂b = −y/b · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([6.0_f64, 1.0]));
    /// let b = tape.var(Tensor::from([2.0, 4.0]));
    /// let y = a.try_div(&b)?;
    /// assert_eq!(y.tensor().to_vec(), [3.0, 0.25]);
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&a)?.to_vec(), [0.5, 0.25]);
    /// assert_eq!(gradients.get(&b)?.to_vec(), [-1.5, -0.0625]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast, or the operands are on different tapes.
    pub fn try_div(&self, other: &Var<T>) -> Result<Var<T>> {
        with_common_shape("div", self, other, |a, b| {
            let y = a.tensor().try_div(b.tensor())?;
            let output = if b.is_tracked() {
                Save::Output
            } else {
                Save::Nothing
            };
            a.tape().record(Div, &[a, b], y, [Save::Var(b), output])
        })
    }
}
