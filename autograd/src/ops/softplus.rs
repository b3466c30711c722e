//! The smooth rectifier.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::softplus`]. Saves `x`.
struct Softplus;

impl<T: Float> Rule<T> for Softplus {
    fn name(&self) -> &'static str {
        "softplus"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::SoftplusGrad, gy.tensor()),
                || x.sigmoid()?.try_mul(&gy),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `y = ln(1 + eˣ)`, element by element (Dugas and others, 2000), without overflow or loss of digits; NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x = sigmoid(x) · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    /// use std::f64::consts::LN_2;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 1000.0]));
    /// let y = x.softplus()?;
    /// assert_eq!(y.tensor().to_vec(), [LN_2, 1000.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.5, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn softplus(&self) -> Result<Var<T>> {
        self.tape().record(
            Softplus,
            &[self],
            self.tensor().softplus(),
            [Save::Var(self)],
        )
    }
}
