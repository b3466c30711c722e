//! The angle of a point.

use super::broadcast_to::with_common_shape;
use super::hypot::length;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of [`Var::atan2`]. Saves `a, b`.
struct Atan2;

impl<T: Float> Rule<T> for Atan2 {
    fn name(&self) -> &'static str {
        "atan2"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (a, b) = (&saved[0], &saved[1]);
        // Divided by the length twice: its square overflows, or underflows to 0, long before the quotients do.
        let length = length(a, b)?;
        let turned = |side: &Var<T>| side.try_div(&length)?.try_mul(&gy)?.try_div(&length);
        to.give(0, || turned(b))?;
        to.give(1, || turned(a)?.try_neg())
    }
}

impl<T: Float> Var<T> {
    /// The angle of the point with the ordinate `a`, which is this, and the abscissa `b`, element by element: `y = arctan(a/b)` in the
    /// quadrant of the point, from −π to π; NaN if either is NaN. Shapes broadcast.
    ///
    /// Gradient: `∂L/∂a = b/(a² + b²) · ∂L/∂y` and `∂L/∂b = −a/(a² + b²) · ∂L/∂y`; undefined at (0, 0), and taken to be 0.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    /// use std::f64::consts::FRAC_PI_2;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([0.0_f64, 2.0, 0.0]));
    /// let b = tape.var(Tensor::from([1.0, 0.0, 0.0]));
    /// let y = a.atan2(&b)?;
    /// assert_eq!(y.tensor().to_vec(), [0.0, FRAC_PI_2, 0.0]);
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&a)?.to_vec(), [1.0, 0.0, 0.0]);
    /// assert_eq!(gradients.get(&b)?.to_vec(), [0.0, -0.5, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast, or the operands are on different tapes.
    pub fn atan2(&self, other: &Var<T>) -> Result<Var<T>> {
        with_common_shape("atan2", self, other, |a, b| {
            let y = a.tensor().atan2(b.tensor())?;
            a.tape()
                .record(Atan2, &[a, b], y, [Save::Var(a), Save::Var(b)])
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn the_gradient_is_finite_where_squares_leave_the_range_and_0_at_the_origin() {
        let tape = Tape::new();
        let a = tape.var(Tensor::from([0.0, 1e-25_f32, 1e20]));
        let y = a.atan2(&a.detach()).unwrap().sum(..).unwrap();
        let gradient = y.backward().unwrap().get(&a).unwrap().to_vec();
        assert_eq!(gradient[0], 0.0);
        assert!((gradient[1] / 5e24 - 1.0).abs() < 1e-6, "{gradient:?}");
        assert!((gradient[2] / 5e-21 - 1.0).abs() < 1e-6, "{gradient:?}");
    }
}
