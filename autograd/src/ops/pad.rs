//! A border of one value.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result, Slice};

/// The rule of [`Var::pad`].
struct Pad {
    border: Vec<(usize, usize)>,
}

impl<T: Float> Rule<T> for Pad {
    fn name(&self) -> &'static str {
        "pad"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give_shaped(0, |shape| {
            let inner = self.border.iter().zip(shape.iter());
            let inner: Vec<Slice> = inner
                .map(|(&(before, _), &size)| (before as isize..(before + size) as isize).into())
                .collect();
            gy.slices(inner)
        })
    }
}

impl<T: Float> Var<T> {
    /// With `(before, after)` elements of `value` on each axis around it: `y[i + before] = x[i]`.
    ///
    /// Gradient: `∂L/∂x` is the inner part of `∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0]));
    /// let y = x.pad([(1, 2)], 9.0)?;
    /// assert_eq!(y.tensor().to_vec(), [9.0, 1.0, 2.0, 9.0, 9.0]);
    /// let gradients = y.backward_with(&Tensor::from([0.0, 10.0, 20.0, 30.0, 40.0]))?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [10.0, 20.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `border` doesn't have one pair an axis.
    pub fn pad(&self, border: impl AsRef<[(usize, usize)]>, value: f64) -> Result<Var<T>> {
        let border = border.as_ref().to_vec();
        let y = self.tensor().pad(&border, T::from_f64(value))?;
        self.tape().record(Pad { border }, &[self], y, [])
    }
}
