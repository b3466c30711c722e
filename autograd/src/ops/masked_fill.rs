//! One value wherever a mask holds.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result, Tensor};

/// `y = value` where the mask holds, `x` elsewhere, hence `∂L/∂x = 0` where it holds, `∂L/∂y` elsewhere.
struct MaskedFill {
    mask: Tensor<bool>,
}

impl<T: Float> Rule<T> for MaskedFill {
    fn name(&self) -> &'static str {
        "masked_fill"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || gy.masked_fill(&self.mask, 0.0))
    }
}

impl<T: Float> Var<T> {
    /// This with `value` wherever `mask`, which broadcasts to its shape, is true. What is covered may hold NaN or ±∞: neither
    /// value nor gradient sees it.
    ///
    /// # Errors
    /// If the mask doesn't broadcast to the variable's shape.
    pub fn masked_fill(&self, mask: &Tensor<bool>, value: f64) -> Result<Var<T>> {
        let y = self.tensor().masked_fill(mask, T::from_f64(value))?;
        let mask = mask.clone();
        self.tape().record(MaskedFill { mask }, &[self], y, [])
    }
}
