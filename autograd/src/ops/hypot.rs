//! The length of the hypotenuse.

use super::broadcast_to::with_common_shape;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::hypot`]. Saves `a, b`.
struct Hypot;

impl<T: Float> Rule<T> for Hypot {
    fn name(&self) -> &'static str {
        "hypot"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (a, b) = (&saved[0], &saved[1]);
        to.give(0, || cosine(a, b)?.try_mul(&gy))?;
        to.give(1, || cosine(b, a)?.try_mul(&gy))
    }
}

/// `side/√(side² + other²)`, and 0 at (0, 0).
fn cosine<T: Float>(side: &Var<T>, other: &Var<T>) -> Result<Var<T>> {
    side.try_div(&length(side, other)?)
}

/// `√(side² + other²)`, replaced by 1 at (0, 0), so that no gradient meets 0/0.
pub(super) fn length<T: Float>(side: &Var<T>, other: &Var<T>) -> Result<Var<T>> {
    let point = side.tensor().hypot(other.tensor())?.equal(0.0)?;
    let one = side.tape().scalar(1.0).broadcast_to(side.shape())?;
    side.hypot(&one.where_(&point, other)?)
}

impl<T: Float> Var<T> {
    /// `y = √(a² + b²)`, element by element, where this is `a`, without overflow on the way; ∞ if either is infinite, else
    /// NaN if either is NaN. Shapes broadcast.
    ///
    /// Gradient: `∂L/∂a = a/y · ∂L/∂y` and `∂L/∂b = b/y · ∂L/∂y`, both 0 at (0, 0).
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([3.0_f64, 0.0]));
    /// let b = tape.var(Tensor::from([4.0, 0.0]));
    /// let y = a.hypot(&b)?;
    /// assert_eq!(y.tensor().to_vec(), [5.0, 0.0]);
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&a)?.to_vec(), [0.6, 0.0]);
    /// assert_eq!(gradients.get(&b)?.to_vec(), [0.8, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast, or the operands are on different tapes.
    pub fn hypot(&self, other: &Var<T>) -> Result<Var<T>> {
        with_common_shape("hypot", self, other, |a, b| {
            let y = a.tensor().hypot(b.tensor())?;
            a.tape()
                .record(Hypot, &[a, b], y, [Save::Var(a), Save::Var(b)])
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn the_gradient_is_0_at_the_origin_and_finite_where_squares_overflow() {
        let tape = Tape::new();
        let a = tape.var(Tensor::from([0.0, 3e200]));
        let b = tape.var(Tensor::from([0.0, 4e200]));
        let gradients = a.hypot(&b).unwrap().sum(..).unwrap().backward().unwrap();
        for (side, slope) in [(&a, 0.6_f64), (&b, 0.8)] {
            let gradient = gradients.get(side).unwrap().to_vec();
            assert_eq!(gradient[0], 0.0);
            assert!((gradient[1] - slope).abs() < 1e-15, "{gradient:?}");
        }
    }
}
