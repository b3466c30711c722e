//! The hyperbolic tangent.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::tanh`]. Saves `y`.
struct Tanh;

impl<T: Float> Rule<T> for Tanh {
    fn name(&self) -> &'static str {
        "tanh"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || grad(&saved[0], &gy))
    }
}

/// `∂L/∂x`, from `y` and `∂L/∂y`.
pub(super) fn grad<T: Float>(y: &Var<T>, gy: &Var<T>) -> Result<Var<T>> {
    fused(
        &[y, gy],
        || y.tensor().binary(Binary::TanhGrad, gy.tensor()),
        || y.try_mul(y)?.try_neg()?.add_scalar(1.0)?.try_mul(gy),
    )
}

impl<T: Float> Var<T> {
    /// `y = tanh x`, element by element, in [−1, 1]; NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x = (1 − y²) · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 1000.0]));
    /// let y = x.tanh()?;
    /// assert_eq!(y.tensor().to_vec(), [0.0, 1.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn tanh(&self) -> Result<Var<T>> {
        self.tape()
            .record(Tanh, &[self], self.tensor().tanh(), [Save::Output])
    }
}
