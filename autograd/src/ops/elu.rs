//! The exponential linear unit.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::elu`]. Saves `x`.
struct Elu;

impl<T: Float> Rule<T> for Elu {
    fn name(&self) -> &'static str {
        "elu"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::EluGrad, gy.tensor()),
                || x.minimum(&x.tape().scalar(0.0))?.exp()?.try_mul(&gy),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `y = x` for `x > 0`, `eˣ − 1` below, element by element (Clevert and others, 2015); NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y` for `x > 0`, else `eˣ · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([2.0_f64, 0.0, -1000.0]));
    /// let y = x.elu()?;
    /// assert_eq!(y.tensor().to_vec(), [2.0, 0.0, -1.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0, 1.0, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn elu(&self) -> Result<Var<T>> {
        self.tape()
            .record(Elu, &[self], self.tensor().elu(), [Save::Var(self)])
    }
}
