//! The exponential less 1.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::exp_m1`]. Saves `y`.
struct ExpM1;

impl<T: Float> Rule<T> for ExpM1 {
    fn name(&self) -> &'static str {
        "exp_m1"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let y = &saved[0];
        to.give(0, || {
            fused(
                &[y, &gy],
                || y.tensor().binary(Binary::ExpM1Grad, gy.tensor()),
                || y.add_scalar(1.0)?.try_mul(&gy),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `y = eˣ − 1`, element by element, exact to the last digits near 0.
    ///
    /// Gradient: `∂L/∂x = (y + 1) · ∂L/∂y`, which is `eˣ · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 1e-20]));
    /// let y = x.exp_m1()?;
    /// assert_eq!(y.tensor().to_vec(), [0.0, 1e-20]); // e¹ᵉ⁻²⁰ is 1, in 64 bits
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn exp_m1(&self) -> Result<Var<T>> {
        self.tape()
            .record(ExpM1, &[self], self.tensor().exp_m1(), [Save::Output])
    }
}
