//! The softsign.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::softsign`]. Saves `x`.
struct Softsign;

impl<T: Float> Rule<T> for Softsign {
    fn name(&self) -> &'static str {
        "softsign"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::SoftsignGrad, gy.tensor()),
                || gy.try_div(&x.abs()?.add_scalar(1.0)?.square()?),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `y = x/(1 + |x|)`, element by element (Bergstra and others, 2009), between −1 and 1; NaN at ±∞.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y / (1 + |x|)²`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, -3.0]));
    /// let y = x.softsign()?;
    /// assert_eq!(y.tensor().to_vec(), [0.5, -0.75]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.25, 0.0625]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn softsign(&self) -> Result<Var<T>> {
        self.tape().record(
            Softsign,
            &[self],
            self.tensor().softsign(),
            [Save::Var(self)],
        )
    }
}
