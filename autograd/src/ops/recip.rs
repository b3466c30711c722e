//! The reciprocal.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::recip`]. Saves `y`.
struct Recip;

impl<T: Float> Rule<T> for Recip {
    fn name(&self) -> &'static str {
        "recip"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let y = &saved[0];
        to.give(0, || {
            fused(
                &[y, &gy],
                || y.tensor().binary(Binary::RecipGrad, gy.tensor()),
                || y.square()?.try_neg()?.try_mul(&gy),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `y = 1/x`, element by element; ±∞ at ±0.
    ///
    /// Gradient: `∂L/∂x = −y² · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([2.0_f64, -4.0]));
    /// let y = x.recip()?;
    /// assert_eq!(y.tensor().to_vec(), [0.5, -0.25]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [-0.25, -0.0625]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn recip(&self) -> Result<Var<T>> {
        self.tape()
            .record(Recip, &[self], self.tensor().recip(), [Save::Output])
    }
}
