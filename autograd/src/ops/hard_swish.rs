//! A piecewise quadratic swish.

use super::slope::slope;
use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::hard_swish`]. Saves `x`.
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
    /// `y = x·relu6(x + 3)/6`, element by element (Howard and others, 2019); NaN gives NaN.
    ///
    /// Gradient: 0 for `x ≤ −3`, `∂L/∂y` for `x ≥ 3`, and `(2x + 3)/6 · ∂L/∂y` between.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([-4.0_f64, 0.0, 1.5, 4.0]));
    /// let y = x.hard_swish()?;
    /// assert_eq!(y.tensor().to_vec(), [0.0, 0.0, 1.125, 4.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.0, 0.5, 1.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
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
