//! The leaky rectified linear unit.

use super::slope::slope;
use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::leaky_relu`]. Saves `x`.
struct LeakyRelu;

impl<T: Float> Rule<T> for LeakyRelu {
    fn name(&self) -> &'static str {
        "leaky_relu"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::LeakyReluGrad, gy.tensor()),
                || slope(x, Binary::LeakyReluGrad)?.try_mul(&gy),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `y = x` for `x ≥ 0`, `0.2·x` below, element by element (Maas and others, 2013); NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y` for `x > 0`, else `0.2 · ∂L/∂y`: the lower slope at 0.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([-10.0_f64, 0.0, 5.0]));
    /// let y = x.leaky_relu()?;
    /// assert_eq!(y.tensor().to_vec(), [-2.0, 0.0, 5.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.2, 0.2, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn leaky_relu(&self) -> Result<Var<T>> {
        self.tape().record(
            LeakyRelu,
            &[self],
            self.tensor().leaky_relu(),
            [Save::Var(self)],
        )
    }
}
