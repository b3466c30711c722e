//! The leaky rectified linear unit.

use super::slope::slope;
use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::reference::maps::LEAKY_SLOPE;
use etude_tensor::{Float, Result};

/// The rule of [`Var::leaky_relu`] and [`Var::leaky_relu_with`]. Saves `x`.
struct LeakyRelu {
    name: &'static str,
    slope: f64,
}

impl<T: Float> Rule<T> for LeakyRelu {
    fn name(&self) -> &'static str {
        self.name
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        let code = Binary::LeakyReluGrad { slope: self.slope };
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(code, gy.tensor()),
                || slope(x, code)?.try_mul(&gy),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `y = x` for `x ≥ 0`, `0.2·x` below, element by element (Maas and others, 2013); NaN gives NaN. PyTorch's slope, if none is given,
    /// is 0.01: [`leaky_relu_with`](Var::leaky_relu_with).
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y` for `x > 0`, else `0.2 · ∂L/∂y`: the lower slope at 0.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([-10.0_f64, 0.0, 5.0]));
    /// let y = x.leaky_relu()?;
    /// assert_eq!(y.tensor().to_vec(), [-2.0, 0.0, 5.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.2, 0.2, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn leaky_relu(&self) -> Result<Var<T>> {
        leaky("leaky_relu", self, LEAKY_SLOPE)
    }

    /// `y = x` for `x > 0`, `slope·x` below, element by element; NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y` for `x > 0`, else `slope · ∂L/∂y`: the lower slope at 0.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([-8.0_f64, 0.0, 5.0]));
    /// let y = x.leaky_relu_with(0.25)?;
    /// assert_eq!(y.tensor().to_vec(), [-2.0, 0.0, 5.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.25, 0.25, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn leaky_relu_with(&self, slope: f64) -> Result<Var<T>> {
        leaky("leaky_relu_with", self, slope)
    }
}

/// The function, recorded under the operation's name.
fn leaky<T: Float>(name: &'static str, x: &Var<T>, slope: f64) -> Result<Var<T>> {
    let y = x.tensor().leaky_relu_with(slope);
    x.tape()
        .record(LeakyRelu { name, slope }, &[x], y, [Save::Var(x)])
}
