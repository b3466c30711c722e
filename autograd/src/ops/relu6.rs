//! The rectified linear unit with a ceiling.

use super::slope::slope;
use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::relu6`]. Saves `x`.
struct Relu6;

impl<T: Float> Rule<T> for Relu6 {
    fn name(&self) -> &'static str {
        "relu6"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::Relu6Grad, gy.tensor()),
                || slope(x, Binary::Relu6Grad)?.try_mul(&gy),
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `y = min(max(x, 0), 6)`, element by element (Krizhevsky, 2010); NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y` where `0 < x < 6`, else 0: 0 at both ends.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([-1.0_f64, 3.0, 6.0, 7.0]));
    /// let y = x.relu6()?;
    /// assert_eq!(y.tensor().to_vec(), [0.0, 3.0, 6.0, 6.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.0, 1.0, 0.0, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn relu6(&self) -> Result<Var<T>> {
        self.tape()
            .record(Relu6, &[self], self.tensor().relu6(), [Save::Var(self)])
    }
}
