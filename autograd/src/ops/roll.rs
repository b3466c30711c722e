//! Round and round.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::kernels::window::{PerAxis, Spatial};
use etude_tensor::{Float, Result, plan};

/// The rule of [`Var::roll`].
struct Roll {
    /// The axes, and how far each goes back.
    axes: PerAxis<isize>,
    back: PerAxis<isize>,
}

impl<T: Float> Rule<T> for Roll {
    fn name(&self) -> &'static str {
        "roll"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let [back, axes] = [&self.back, &self.axes].map(|each| Spatial::Each(each.clone()));
        to.give(0, || gy.roll(back, axes))
    }
}

impl<T: Float> Var<T> {
    /// `y[i] = x[(i − shift) mod n]` along `axis`: everything is moved on by `shift` positions, and what leaves at the end
    /// comes in at the beginning. A negative shift moves back. Along several axes, each is moved by its own shift, or all by one.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` moved back.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0, 3.0]));
    /// let y = x.roll(1, 0)?;
    /// assert_eq!(y.tensor().to_vec(), [3.0, 1.0, 2.0]);
    /// let gradients = y.backward_with(&Tensor::from([10.0, 20.0, 30.0]))?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [20.0, 30.0, 10.0]);
    /// let square = tape.var(Tensor::from([[1.0, 2.0], [3.0, 4.0]]));
    /// assert_eq!(square.roll([1, 1], [0, 1])?.tensor().to_vec(), [4.0, 3.0, 2.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range, or there aren't as many shifts as axes.
    pub fn roll(
        &self,
        shift: impl Into<Spatial<isize>>,
        axis: impl Into<Spatial<isize>>,
    ) -> Result<Var<T>> {
        let (shift, axis) = (shift.into(), axis.into());
        // As numbers of steps forward, which can be turned round.
        let steps = plan::roll_steps(self.shape(), shift.clone(), axis.clone())?;
        let y = self.tensor().roll(shift, axis)?;
        let rule = Roll {
            axes: steps.iter().map(|(axis, _)| *axis).collect(),
            back: steps.iter().map(|(_, shift)| -shift).collect(),
        };
        self.tape().record(rule, &[self], y, [])
    }
}
