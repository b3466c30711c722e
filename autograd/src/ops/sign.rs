//! The sign.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result, Tensor};

/// `y = sign x`, hence `∂L/∂x = 0`: the sign is constant but at 0, where it jumps.
struct Sign;

impl<T: Float> Rule<T> for Sign {
    fn name(&self) -> &'static str {
        "sign"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give_shaped(0, |shape| Ok(gy.tape().input(Tensor::zeros(shape))))
    }
}

impl<T: Float> Var<T> {
    /// −1, 0 or 1 as the element is below, at or above 0; NaN gives NaN.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn sign(&self) -> Result<Var<T>> {
        self.tape().record(Sign, &[self], self.tensor().sign(), [])
    }
}
