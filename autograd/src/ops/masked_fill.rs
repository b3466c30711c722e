//! One value wherever a mask holds.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result, Tensor};

/// The rule of [`Var::masked_fill`].
struct MaskedFill {
    mask: Tensor<bool>,
}

impl<T: Float> Rule<T> for MaskedFill {
    fn name(&self) -> &'static str {
        "masked_fill"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || gy.masked_fill(&self.mask, 0.0))
    }
}

impl<T: Float> Var<T> {
    /// This with `value` wherever `mask`, which broadcasts to its shape, is true: `y = value` there, `y = x` elsewhere. What is covered may
    /// hold NaN or ±∞: neither value nor gradient sees it.
    ///
    /// Gradient: `∂L/∂x = 0` where the mask holds, `∂L/∂y` elsewhere.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, f64::NAN, 3.0]));
    /// let y = x.masked_fill(&Tensor::from([false, true, false]), -1.0)?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, -1.0, 3.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0, 0.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the mask doesn't broadcast to the variable's shape.
    pub fn masked_fill(&self, mask: &Tensor<bool>, value: f64) -> Result<Var<T>> {
        let y = self.tensor().masked_fill(mask, T::from_f64(value))?;
        let mask = mask.clone();
        self.tape().record(MaskedFill { mask }, &[self], y, [])
    }
}
