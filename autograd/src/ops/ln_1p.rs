//! The logarithm of 1 + x.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::ln_1p`]. Saves `x`.
struct Ln1p;

impl<T: Float> Rule<T> for Ln1p {
    fn name(&self) -> &'static str {
        "ln_1p"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::Ln1pGrad, gy.tensor()),
                || gy.try_div(&x.add_scalar(1.0)?),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `y = ln(1 + x)`, element by element, exact to the last digits near 0; −∞ at −1, NaN below.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y / (1 + x)`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    /// use std::f64::consts::LN_2;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 1e-20, 1.0]));
    /// let y = x.ln_1p()?;
    /// assert_eq!(y.tensor().to_vec(), [0.0, 1e-20, LN_2]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0, 1.0, 0.5]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn ln_1p(&self) -> Result<Var<T>> {
        self.tape()
            .record(Ln1p, &[self], self.tensor().ln_1p(), [Save::Var(self)])
    }
}
