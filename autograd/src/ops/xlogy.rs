//! The summand of an entropy.

use super::broadcast_to::with_common_shape;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result, Tensor};

/// The rule of [`Var::xlogy`]. Saves `a, b`.
struct Xlogy;

impl<T: Float> Rule<T> for Xlogy {
    fn name(&self) -> &'static str {
        "xlogy"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (a, b) = (&saved[0], &saved[1]);
        to.give(0, || defined(a, b)?.ln()?.try_mul(&gy))?;
        to.give(1, || a.try_div(&defined(a, b)?)?.try_mul(&gy))
    }
}

/// `b`, with 1 where `a = 0` and `b ≤ 0`, so that its logarithm is 0 there and its inverse finite.
fn defined<T: Float>(a: &Var<T>, b: &Var<T>) -> Result<Var<T>> {
    let zero = Tensor::scalar(T::ZERO);
    let mask = a
        .tensor()
        .equal(&zero)?
        .and(&b.tensor().less_equal(&zero)?)?;
    let one = b.tape().scalar(1.0).broadcast_to(b.shape())?;
    one.where_(&mask, b)
}

impl<T: Float> Var<T> {
    /// `y = a·ln b`, element by element, where this is `a`, and 0 for `a = 0` whatever `b` is, but NaN: the summand of an
    /// entropy. Shapes broadcast.
    ///
    /// Gradient: `∂L/∂a = ln b · ∂L/∂y`, but 0 where `a = 0` and `b ≤ 0`, and `∂L/∂b = a/b · ∂L/∂y`, but 0 where `a = 0`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([0.0_f64, 2.0]));
    /// let b = tape.var(Tensor::from([0.0, 4.0]));
    /// let y = a.xlogy(&b)?;
    /// assert_eq!(y.tensor().to_vec(), [0.0, 2.0 * 4.0_f64.ln()]);
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&a)?.to_vec(), [0.0, 4.0_f64.ln()]);
    /// assert_eq!(gradients.get(&b)?.to_vec(), [0.0, 0.5]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast, or the operands are on different tapes.
    pub fn xlogy(&self, other: &Var<T>) -> Result<Var<T>> {
        with_common_shape("xlogy", self, other, |a, b| {
            let y = a.tensor().xlogy(b.tensor())?;
            a.tape()
                .record(Xlogy, &[a, b], y, [Save::Var(a), Save::Var(b)])
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn nothing_times_the_logarithm_of_nothing_has_value_and_gradients_0() {
        let tape = Tape::new();
        let a = tape.var(Tensor::from([0.0, 0.0, 2.0]));
        let b = tape.var(Tensor::from([0.0, 1.0, 1.0]));
        let y = a.xlogy(&b).unwrap();
        assert_eq!(y.tensor().to_vec(), [0.0, 0.0, 0.0]);
        let gradients = y.sum(..).unwrap().backward().unwrap();
        assert_eq!(gradients.get(&a).unwrap().to_vec(), [0.0, 0.0, 0.0]);
        assert_eq!(gradients.get(&b).unwrap().to_vec(), [0.0, 0.0, 2.0]);
    }
}
