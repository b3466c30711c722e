//! The sum over axes.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Axes, Float, Result};
use smallvec::SmallVec;

/// The rule of [`Var::sum`].
struct Sum {
    /// The axes summed over, counted from the front.
    axes: SmallVec<[usize; 4]>,
}

impl<T: Float> Rule<T> for Sum {
    fn name(&self) -> &'static str {
        "sum"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give_shaped(0, |shape| {
            let mut kept = shape.to_vec();
            self.axes.iter().for_each(|&axis| kept[axis] = 1);
            gy.reshape(kept)?.broadcast_to(shape.clone())
        })
    }
}

impl<T: Float> Var<T> {
    /// The sum over `axes` (`0`, `-1`, `[0, 2]`, `..` for all), `y = Σ x`; 0 over nothing. The axes disappear, unless
    /// `axes` [keeps](Axes::keepdims) them with size 1. NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` at every place of those axes.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[1.0_f64, 2.0], [3.0, 4.0]]));
    /// let y = x.sum(1)?;
    /// assert_eq!(y.tensor().to_vec(), [3.0, 7.0]);
    /// let gradients = y.backward_with(&Tensor::from([1.0, 10.0]))?;
    /// assert_eq!(gradients.get(&x)?, Tensor::from([[1.0, 1.0], [10.0, 10.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis doesn't exist or is named twice.
    pub fn sum(&self, axes: impl Into<Axes>) -> Result<Var<T>> {
        let axes = axes.into();
        let y = self.tensor().sum(axes.clone())?;
        let axes = axes.resolve("sum", self.rank())?;
        self.tape().record(Sum { axes }, &[self], y, [])
    }
}
