//! Linear recurrences, which running products and their kin are differentiated by.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result, axis_index};

/// The rule of [`Var::linear_recurrence`]. Saves `a, y`.
struct LinearRecurrence {
    axis: isize,
}

impl<T: Float> Rule<T> for LinearRecurrence {
    fn name(&self) -> &'static str {
        "linear_recurrence"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (a, y) = (&saved[0], &saved[1]);
        let gx = recurrence_from_behind(&gy, &later(a, self.axis, 0.0)?, self.axis)?;
        to.give(1, || gx.try_mul(&earlier(y, self.axis, 0.0)?))?;
        to.give(0, || Ok(gx))
    }
}

impl<T: Float> Var<T> {
    /// The linear recurrence along `axis` with these factors, `y₀ = x₀` and `yᵢ = aᵢ·yᵢ₋₁ + xᵢ`. A factor of 0 starts anew.
    ///
    /// Gradient: `∂L/∂xᵢ = ∂L/∂yᵢ + aᵢ₊₁·∂L/∂xᵢ₊₁`, a recurrence from behind, and `∂L/∂aᵢ = yᵢ₋₁·∂L/∂xᵢ`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0, 3.0]));
    /// let y = x.linear_recurrence(&tape.input(Tensor::full([3], 0.5)), 0)?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 2.5, 4.25]);
    /// let last = y.select(0, 2)?;
    /// assert_eq!(last.backward()?.get(&x)?.to_vec(), [0.25, 0.5, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range, the shapes differ, or the variables are on different tapes.
    pub fn linear_recurrence(&self, factors: &Var<T>, axis: isize) -> Result<Var<T>> {
        self.tape().check_same("linear_recurrence", factors)?;
        let y = self.tensor().linear_recurrence(factors.tensor(), axis)?;
        let saved = [Save::Var(factors), Save::Output];
        let rule = LinearRecurrence { axis };
        self.tape().record(rule, &[self, factors], y, saved)
    }
}

/// `yᵢ = aᵢ·yᵢ₊₁ + xᵢ`, beginning at the last.
pub(super) fn recurrence_from_behind<T: Float>(
    x: &Var<T>,
    a: &Var<T>,
    axis: isize,
) -> Result<Var<T>> {
    let y = x.flip(axis)?.linear_recurrence(&a.flip(axis)?, axis)?;
    y.flip(axis)
}

/// `yᵢ = xᵢ₋₁` along `axis`, with `fill` in the first place.
pub(super) fn earlier<T: Float>(x: &Var<T>, axis: isize, fill: f64) -> Result<Var<T>> {
    let at = axis_index("earlier", axis, x.rank())?;
    let Some(rest) = x.shape()[at].checked_sub(1) else {
        return Ok(x.clone());
    };
    let mut border = vec![(0, 0); x.rank()];
    border[at] = (1, 0);
    x.narrow(axis, 0, rest)?.pad(border, fill)
}

/// `yᵢ = xᵢ₊₁` along `axis`, with `fill` in the last place.
pub(super) fn later<T: Float>(x: &Var<T>, axis: isize, fill: f64) -> Result<Var<T>> {
    let at = axis_index("later", axis, x.rank())?;
    let Some(rest) = x.shape()[at].checked_sub(1) else {
        return Ok(x.clone());
    };
    let mut border = vec![(0, 0); x.rank()];
    border[at] = (0, 1);
    x.narrow(axis, 1, rest)?.pad(border, fill)
}
