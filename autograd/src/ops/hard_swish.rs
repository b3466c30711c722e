//! A piecewise quadratic swish.

use super::slope::slope;
use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// `y = x·relu6(x + 3)/6`, hence `∂L/∂x` is 0 for `x ≤ −3`, `∂L/∂y` for `x ≥ 3`, and `(2x + 3)/6 · ∂L/∂y` between. Saves `x`.
struct HardSwish;

impl<T: Float> Rule<T> for HardSwish {
    fn name(&self) -> &'static str {
        "hard_swish"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::HardSwishGrad, gy.tensor()),
                || {
                    // Between the ends the slope is x/3 + ½, clamped it would be wrong at −3: so it is put together.
                    let inside = slope(&x.add_scalar(3.0)?, Binary::Relu6Grad)?;
                    let above = slope(x, Binary::HardSwishGrad)?
                        .try_mul(&inside.try_neg()?.add_scalar(1.0)?)?;
                    let between = x.div_scalar(3.0)?.add_scalar(0.5)?.try_mul(&inside)?;
                    between.try_add(&above)?.try_mul(&gy)
                },
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `x·relu6(x + 3)/6`, element by element (Howard and others, 2019); NaN gives NaN.
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn hard_swish(&self) -> Result<Var<T>> {
        self.tape().record(
            HardSwish,
            &[self],
            self.tensor().hard_swish(),
            [Save::Var(self)],
        )
    }
}
