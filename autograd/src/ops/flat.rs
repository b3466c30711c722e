//! The rule of steps: functions that are constant but where they jump.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result, Tensor};

/// `∂L/∂x = 0`, for the function of this name. Saves nothing.
pub(super) struct Flat(pub(super) &'static str);

impl<T: Float> Rule<T> for Flat {
    fn name(&self) -> &'static str {
        self.0
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give_shaped(0, |shape| Ok(gy.tape().input(Tensor::zeros(shape))))
    }
}
