//! Clamping into an interval.

use super::slope::slope;
use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::clamp`]. Saves `x`.
struct Clamp {
    low: f64,
    high: f64,
}

impl<T: Float> Rule<T> for Clamp {
    fn name(&self) -> &'static str {
        "clamp"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (x, &Clamp { low, high }) = (&saved[0], self);
        let code = Binary::ClampGrad { low, high };
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(code, gy.tensor()),
                || slope(x, code)?.try_mul(&gy),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `y = min(max(x, low), high)`, element by element; NaN gives NaN. An infinite bound doesn't bind.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y` where `low < x < high`, else 0: 0 at both bounds.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([-3.0_f64, 0.5, 1.0]));
    /// let y = x.clamp(-1.0, 1.0)?;
    /// assert_eq!(y.tensor().to_vec(), [-1.0, 0.5, 1.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.0, 1.0, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a bound is NaN or `low` is above `high`, or the variable belongs to a recording that has been spent.
    pub fn clamp(&self, low: f64, high: f64) -> Result<Var<T>> {
        let y = self.tensor().clamp(low, high)?;
        self.tape()
            .record(Clamp { low, high }, &[self], y, [Save::Var(self)])
    }
}
