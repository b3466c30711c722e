//! Addition.

use super::broadcast_to::with_common_shape;
use crate::{Rule, Saved, Sink, Var};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::try_add`].
struct Add;

impl<T: Float> Rule<T> for Add {
    fn name(&self) -> &'static str {
        "add"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(1, || Ok(gy.clone()))?;
        to.give(0, || Ok(gy))
    }
}

impl<T: Float> Var<T> {
    /// `y = a + b`, where this is `a`; shapes broadcast. The operator `+` is this, with a panic for the error.
    ///
    /// Gradient: `∂L/∂a = ∂L/∂b = ∂L/∂y`, summed over the axes along which the operand was repeated.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([[1.0_f64], [2.0]]));
    /// let b = tape.var(Tensor::from([10.0, 20.0, 30.0]));
    /// let y = a.try_add(&b)?;
    /// assert_eq!(y.tensor(), &Tensor::from([[11.0, 21.0, 31.0], [12.0, 22.0, 32.0]]));
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&a)?, Tensor::from([[3.0], [3.0]]));
    /// assert_eq!(gradients.get(&b)?.to_vec(), [2.0, 2.0, 2.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast, or the operands are on different tapes.
    pub fn try_add(&self, other: &Var<T>) -> Result<Var<T>> {
        with_common_shape("add", self, other, |a, b| {
            let y = a.tensor().try_add(b.tensor())?;
            a.tape().record(Add, &[a, b], y, [])
        })
    }

    /// [`try_add`](Var::try_add), into the memory of `a`.
    pub(crate) fn into_sum(self, other: &Var<T>) -> Result<Var<T>> {
        self.consume(other, Binary::Add, Add, |_, _| [], Var::try_add)
    }
}
