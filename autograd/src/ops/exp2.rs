//! Powers of 2.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// `y = 2ˣ`, hence `∂L/∂x = ln 2 · y · ∂L/∂y`. Saves `y`.
struct Exp2;

impl<T: Float> Rule<T> for Exp2 {
    fn name(&self) -> &'static str {
        "exp2"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let y = &saved[0];
        to.give(0, || y.mul_scalar(std::f64::consts::LN_2)?.try_mul(&gy))
    }
}

impl<T: Float> Var<T> {
    /// `2ˣ`, element by element; NaN gives NaN.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn exp2(&self) -> Result<Var<T>> {
        self.tape()
            .record(Exp2, &[self], self.tensor().exp2(), [Save::Output])
    }
}
