//! The negative.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = −x`, hence `∂L/∂x = −∂L/∂y`.
struct Neg;

impl<T: Float> Rule<T> for Neg {
    fn name(&self) -> &'static str {
        "neg"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || gy.try_neg())
    }
}

impl<T: Float> Var<T> {
    /// `−x`. The unary operator `-` is this, with a panic for the error.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn try_neg(&self) -> Result<Var<T>> {
        self.tape().record(Neg, &[self], self.tensor().neg(), [])
    }
}
