//! The derivatives of the logarithm of the gamma function.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Error, Float, Result};

/// The highest order: above it `n!` isn't a 64-bit number.
const HIGHEST: u32 = 170;

/// The rule of [`Var::polygamma`]. Saves `x`.
struct Polygamma {
    order: u32,
}

impl<T: Float> Rule<T> for Polygamma {
    fn name(&self) -> &'static str {
        "polygamma"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || x.polygamma(self.order + 1)?.try_mul(&gy))
    }
}

impl<T: Float> Var<T> {
    /// The polygamma function `y = ψ⁽ⁿ⁾(x)`, element by element: the derivative of order `n + 1` of
    /// [`lgamma`](Var::lgamma), for `n = 0` the digamma function. At the poles 0, −1, −2, … ∞ for odd orders and NaN for
    /// even ones, but −∞ for order 0 at 0.
    ///
    /// Gradient: `∂L/∂x = ψ⁽ⁿ⁺¹⁾(x) · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    /// use std::f64::consts::PI;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64]));
    /// let y = x.polygamma(0)?;
    /// assert!((y.item()? + 0.577_215_664_901_532_9).abs() < 1e-14); // Euler's constant
    /// let slope = y.backward()?.get(&x)?.item()?;
    /// assert!((slope - PI * PI / 6.0).abs() < 1e-14); // Σ 1/n²
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `n` is above 170, or the variable belongs to a recording that has been spent.
    pub fn polygamma(&self, n: u32) -> Result<Var<T>> {
        if n > HIGHEST {
            let message =
                format!("order {n}; expected at most {HIGHEST}, above which n! overflows");
            return Err(Error::value("polygamma", message));
        }
        self.tape().record(
            Polygamma { order: n },
            &[self],
            self.tensor().polygamma(n),
            [Save::Var(self)],
        )
    }
}
