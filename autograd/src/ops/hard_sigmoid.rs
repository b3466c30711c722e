//! A piecewise linear sigmoid.

use super::slope::slope;
use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::hard_sigmoid`]. Saves `x`.
struct HardSigmoid;

impl<T: Float> Rule<T> for HardSigmoid {
    fn name(&self) -> &'static str {
        "hard_sigmoid"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::HardSigmoidGrad, gy.tensor()),
                || slope(x, Binary::HardSigmoidGrad)?.try_mul(&gy),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `y = min(max(0.2·x + 0.5, 0), 1)`, element by element (Courbariaux and others, 2015); NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x = 0.2 · ∂L/∂y` where `−2.5 < x < 2.5`, else 0: 0 at both ends.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([-3.0_f64, 0.0, 3.0]));
    /// let y = x.hard_sigmoid()?;
    /// assert_eq!(y.tensor().to_vec(), [0.0, 0.5, 1.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.0, 0.2, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn hard_sigmoid(&self) -> Result<Var<T>> {
        self.tape().record(
            HardSigmoid,
            &[self],
            self.tensor().hard_sigmoid(),
            [Save::Var(self)],
        )
    }
}
