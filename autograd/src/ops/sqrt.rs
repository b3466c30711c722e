//! The square root.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result, Tensor};

/// The rule of [`Var::sqrt`]. What nobody has asked for is 0, since 0 · ∞ would spoil what others ask. Saves `y`.
struct Sqrt;

impl<T: Float> Rule<T> for Sqrt {
    fn name(&self) -> &'static str {
        "sqrt"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let y = &saved[0];
        to.give(0, || {
            fused(
                &[y, &gy],
                || y.tensor().binary(Binary::SqrtGrad, gy.tensor()),
                || {
                    let zero = Tensor::scalar(T::ZERO);
                    let unasked = gy.tensor().equal(&zero)?;
                    let unasked = unasked.and(&y.tensor().greater(&zero)?.not())?;
                    let divisor = y.mul_scalar(2.0)?.masked_fill(&unasked, 1.0)?;
                    gy.masked_fill(&unasked, 0.0)?.try_div(&divisor)
                },
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `y = √x`, element by element; NaN below 0.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y / 2y`: infinite at 0. But where `∂L/∂y` is 0, so is `∂L/∂x`, also at 0 and below.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 4.0]));
    /// let y = x.sqrt()?;
    /// assert_eq!(y.tensor().to_vec(), [0.0, 2.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [f64::INFINITY, 0.25]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn sqrt(&self) -> Result<Var<T>> {
        self.tape()
            .record(Sqrt, &[self], self.tensor().sqrt(), [Save::Output])
    }
}
