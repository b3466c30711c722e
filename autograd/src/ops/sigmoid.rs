//! The logistic function.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::sigmoid`]. Saves `y`.
struct Sigmoid;

impl<T: Float> Rule<T> for Sigmoid {
    fn name(&self) -> &'static str {
        "sigmoid"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || grad(&saved[0], &gy))
    }
}

/// `∂L/∂x`, from `y` and `∂L/∂y`.
pub(super) fn grad<T: Float>(y: &Var<T>, gy: &Var<T>) -> Result<Var<T>> {
    fused(
        &[y, gy],
        || y.tensor().binary(Binary::SigmoidGrad, gy.tensor()),
        || y.try_sub(&y.square()?)?.try_mul(gy),
    )
}

impl<T: Float> Var<T> {
    /// `y = 1/(1 + e⁻ˣ)`, element by element, in [0, 1]; NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x = y(1 − y) · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 1000.0, -1000.0]));
    /// let y = x.sigmoid()?;
    /// assert_eq!(y.tensor().to_vec(), [0.5, 1.0, 0.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.25, 0.0, 0.0]); // nothing comes through a saturated unit
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn sigmoid(&self) -> Result<Var<T>> {
        self.tape()
            .record(Sigmoid, &[self], self.tensor().sigmoid(), [Save::Output])
    }
}
