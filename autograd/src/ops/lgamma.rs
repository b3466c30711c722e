//! The logarithm of the gamma function.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::lgamma`]. Saves `x`.
struct Lgamma;

impl<T: Float> Rule<T> for Lgamma {
    fn name(&self) -> &'static str {
        "lgamma"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || x.polygamma(0)?.try_mul(&gy))
    }
}

impl<T: Float> Var<T> {
    /// `y = ln |Γ(x)|`, element by element; ∞ at 0, −1, −2, …. NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x = ψ(x) · ∂L/∂y`, with the digamma function [`ψ`](Var::polygamma).
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0]));
    /// let y = x.lgamma()?;
    /// assert_eq!(y.tensor().to_vec(), [0.0, 0.0]); // Γ(1) = Γ(2) = 1
    /// let slope = y.sum(..)?.backward()?.get(&x)?.to_vec();
    /// assert!((slope[1] - slope[0] - 1.0).abs() < 1e-14); // ψ(2) = ψ(1) + 1
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn lgamma(&self) -> Result<Var<T>> {
        self.tape()
            .record(Lgamma, &[self], self.tensor().lgamma(), [Save::Var(self)])
    }
}
