//! The exponential linear unit.

use super::slope::slope;
use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::elu`] and [`Var::elu_with`]. Saves `x`.
struct Elu {
    name: &'static str,
    alpha: f64,
}

impl<T: Float> Rule<T> for Elu {
    fn name(&self) -> &'static str {
        self.name
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (x, alpha) = (&saved[0], self.alpha);
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::EluGrad { alpha }, gy.tensor()),
                || {
                    let factor = slope(x, Binary::LeakyReluGrad { slope: alpha })?;
                    let below = x.minimum(&x.tape().scalar(0.0))?.exp()?;
                    factor.try_mul(&below)?.try_mul(&gy)
                },
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
        exponential("elu", self, 1.0)
    }

    /// `y = x` for `x > 0`, `alpha·(eˣ − 1)` below, element by element; NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y` for `x > 0`, else `alpha·eˣ · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([2.0_f64, 0.0, -1000.0]));
    /// let y = x.elu_with(0.5)?;
    /// assert_eq!(y.tensor().to_vec(), [2.0, 0.0, -0.5]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0, 0.5, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn elu_with(&self, alpha: f64) -> Result<Var<T>> {
        exponential("elu_with", self, alpha)
    }
}

/// The function, recorded under the operation's name.
fn exponential<T: Float>(name: &'static str, x: &Var<T>, alpha: f64) -> Result<Var<T>> {
    let y = x.tensor().elu_with(alpha);
    x.tape()
        .record(Elu { name, alpha }, &[x], y, [Save::Var(x)])
}
