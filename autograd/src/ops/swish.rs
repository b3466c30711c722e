//! The swish, or SiLU.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::swish`]. Saves `x`.
struct Swish;

impl<T: Float> Rule<T> for Swish {
    fn name(&self) -> &'static str {
        "swish"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::SwishGrad, gy.tensor()),
                || {
                    let s = x.sigmoid()?;
                    let rest = s.try_neg()?.add_scalar(1.0)?;
                    s.try_mul(&x.try_mul(&rest)?.add_scalar(1.0)?)?.try_mul(&gy)
                },
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `y = x·s` with `s = sigmoid(x)`, element by element (Ramachandran and others, 2017), also called SiLU; NaN gives
    /// NaN.
    ///
    /// Gradient: `∂L/∂x = s(1 + x(1 − s)) · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 1000.0]));
    /// let y = x.swish()?;
    /// assert_eq!(y.tensor().to_vec(), [0.0, 1000.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.5, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn swish(&self) -> Result<Var<T>> {
        self.tape()
            .record(Swish, &[self], self.tensor().swish(), [Save::Var(self)])
    }
}
