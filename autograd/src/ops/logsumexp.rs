//! The logarithm of a sum of exponentials.

use super::kept::kept;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Axes, Float, Result, Tensor};
use smallvec::SmallVec;

/// The rule of [`Var::logsumexp`]. Saves `x, y`.
struct LogSumExp {
    /// The axes, counted from the front.
    axes: SmallVec<[usize; 4]>,
}

impl<T: Float> Rule<T> for LogSumExp {
    fn name(&self) -> &'static str {
        "logsumexp"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            let y = kept(&saved[1], x.shape(), &self.axes)?;
            // Where all of x is −∞, so is y, and x − y would be NaN: with 0 in place of y the exponential is 0.
            let nothing = y.tensor().equal(&Tensor::scalar(T::NEG_INFINITY))?;
            let y = y.tape().scalar(0.0).where_(&nothing, &y)?;
            x.try_sub(&y)?
                .exp()?
                .try_mul(&kept(&gy, x.shape(), &self.axes)?)
        })
    }
}

impl<T: Float> Var<T> {
    /// `y = ln Σ eˣ` over `axes`, through the shifted sum, so that it neither overflows nor underflows; −∞ over nothing or
    /// over −∞ alone.
    ///
    /// Gradient: `∂L/∂x = e^(x − y) · ∂L/∂y`: the softmax.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    /// use std::f64::consts::LN_2;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[0.0_f64, 0.0], [5000.0, 0.0]]));
    /// let y = x.logsumexp(-1)?;
    /// assert_eq!(y.tensor().to_vec(), [LN_2, 5000.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?, Tensor::from([[0.5, 0.5], [1.0, 0.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis doesn't exist or is named twice.
    pub fn logsumexp(&self, axes: impl Into<Axes>) -> Result<Var<T>> {
        let axes = axes.into();
        let y = self.tensor().logsumexp(&axes)?;
        let axes = axes.resolve("logsumexp", self.rank())?;
        self.tape().record(
            LogSumExp { axes },
            &[self],
            y,
            [Save::Var(self), Save::Output],
        )
    }
}
