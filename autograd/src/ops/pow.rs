//! Powers, element by element.

use super::broadcast_to::with_common_shape;
use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result, Tensor};

/// The rule of [`Var::pow`]. Saves `a, b`.
struct Pow;

impl<T: Float> Rule<T> for Pow {
    fn name(&self) -> &'static str {
        "pow"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (a, b) = (&saved[0], &saved[1]);
        let fast = |code| a.tensor().binary(code, b.tensor())?.try_mul(gy.tensor());
        to.give(0, || {
            fused(
                &[a, b, &gy],
                || fast(Binary::PowBaseSlope),
                || {
                    without_zero(a, b)?
                        .pow(&b.sub_scalar(1.0)?)?
                        .try_mul(b)?
                        .try_mul(&gy)
                },
            )
        })?;
        to.give(1, || {
            fused(
                &[a, b, &gy],
                || fast(Binary::PowExponentSlope),
                || a.pow(b)?.try_mul(&without_zero(a, a)?.ln()?)?.try_mul(&gy),
            )
        })
    }
}

/// `a`, with 1 in place of the elements at which `zero` is 0: there the slope has a factor 0, which must not meet `∞`.
fn without_zero<T: Float>(a: &Var<T>, zero: &Var<T>) -> Result<Var<T>> {
    let mask = zero.tensor().equal(&Tensor::scalar(T::zero()))?;
    a.tape()
        .scalar(1.0)
        .broadcast_to(a.shape())?
        .where_(&mask, a)
}

impl<T: Float> Var<T> {
    /// `y = aᵇ`, element by element, where this is `a`, as IEEE 754 has it: 1 for `b = 0`, NaN for `a < 0` unless `b` is an
    /// integer. Shapes broadcast.
    ///
    /// Gradient: `∂L/∂a = b·aᵇ⁻¹ · ∂L/∂y` (0 for `b = 0`) and `∂L/∂b = y·ln a · ∂L/∂y` (0 for `a = 0` and `b ≥ 0`).
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    /// use std::f64::consts::LN_2;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([2.0_f64, 1.0, 0.0]));
    /// let b = tape.var(Tensor::from([3.0, 5.0, 0.0]));
    /// let y = a.pow(&b)?;
    /// assert_eq!(y.tensor().to_vec(), [8.0, 1.0, 1.0]);
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&a)?.to_vec(), [12.0, 5.0, 0.0]);
    /// assert_eq!(gradients.get(&b)?.to_vec(), [8.0 * LN_2, 0.0, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast, or the operands are on different tapes.
    pub fn pow(&self, other: &Var<T>) -> Result<Var<T>> {
        with_common_shape("pow", self, other, |a, b| {
            let y = a.tensor().pow(b.tensor())?;
            a.tape()
                .record(Pow, &[a, b], y, [Save::Var(a), Save::Var(b)])
        })
    }

    /// `y = xᵖ` for one number `p`, as [`pow`](Var::pow).
    ///
    /// Gradient: `∂L/∂x = p·xᵖ⁻¹ · ∂L/∂y` (0 for `p = 0`).
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0]));
    /// let y = x.pow_scalar(3.0)?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 8.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [3.0, 12.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn pow_scalar(&self, p: f64) -> Result<Var<T>> {
        self.pow(&self.tape().scalar(p))
    }
}
