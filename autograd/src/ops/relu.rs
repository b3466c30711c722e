//! The rectified linear unit.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result, Tensor};

/// The rule of [`Var::relu`]. Saves `y`, which the next operation usually saves as well, so that it costs no memory:
/// `y > 0` where `x > 0`.
struct Relu;

impl<T: Float> Rule<T> for Relu {
    fn name(&self) -> &'static str {
        "relu"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || grad(&saved[0], &gy))
    }
}

/// `∂L/∂x`, from `y` and `∂L/∂y`.
pub(super) fn grad<T: Float>(y: &Var<T>, gy: &Var<T>) -> Result<Var<T>> {
    let y = y.tensor();
    fused(
        &[gy],
        || y.binary(Binary::ReluGrad, gy.tensor()),
        || {
            // The step is flat on both sides of the kink: a constant, however often we differentiate.
            let step = y.binary(Binary::ReluGrad, &Tensor::ones(y.shape()))?;
            gy.try_mul(&gy.tape().input(step))
        },
    )
}

impl<T: Float> Var<T> {
    /// `y = max(x, 0)`, element by element; NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y` where `x > 0`, else 0: at the kink 0, as in PyTorch.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([-1.0_f64, 0.0, 2.0]));
    /// let y = x.relu()?;
    /// assert_eq!(y.tensor().to_vec(), [0.0, 0.0, 2.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.0, 0.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn relu(&self) -> Result<Var<T>> {
        self.tape()
            .record(Relu, &[self], self.tensor().relu(), [Save::Output])
    }
}
