//! Multiplication, element by element.

use super::broadcast_to::with_common_shape;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::try_mul`]. Saves `a, b`, each only if the other is tracked.
struct Mul;

impl<T: Float> Rule<T> for Mul {
    fn name(&self) -> &'static str {
        "mul"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        // Whoever comes last may have the memory of `gy`.
        if !to.wants(1) {
            return to.give(0, || gy.into_product(&saved[1]));
        }
        to.give(0, || gy.try_mul(&saved[1]))?;
        to.give(1, || gy.into_product(&saved[0]))
    }
}

/// What the rule needs: each factor for the gradient of the other.
fn saved<'a, T: Float>(a: &'a Var<T>, b: &'a Var<T>) -> [Save<'a, T>; 2] {
    [Save::for_gradient_of(a, b), Save::for_gradient_of(b, a)]
}

impl<T: Float> Var<T> {
    /// `y = a · b`, element by element, where this is `a`; shapes broadcast. The operator `*` is this, with a panic for the
    /// error.
    ///
    /// Gradient: `∂L/∂a = b · ∂L/∂y` and `∂L/∂b = a · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([2.0_f64, 3.0]));
    /// let b = tape.var(Tensor::from([5.0, 7.0]));
    /// let y = a.try_mul(&b)?;
    /// assert_eq!(y.tensor().to_vec(), [10.0, 21.0]);
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&a)?.to_vec(), [5.0, 7.0]);
    /// assert_eq!(gradients.get(&b)?.to_vec(), [2.0, 3.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast, or the operands are on different tapes.
    pub fn try_mul(&self, other: &Var<T>) -> Result<Var<T>> {
        with_common_shape("mul", self, other, |a, b| {
            let y = a.tensor().try_mul(b.tensor())?;
            a.tape().record(Mul, &[a, b], y, saved(a, b))
        })
    }

    /// [`try_mul`](Var::try_mul), into the memory of `a`.
    pub(crate) fn into_product(self, other: &Var<T>) -> Result<Var<T>> {
        self.consume(other, Binary::Mul, Mul, saved, Var::try_mul)
    }
}
