//! The self-normalising exponential linear unit.

use super::slope::slope;
use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::reference::maps::{SELU_ALPHA, SELU_SCALE};
use etude_tensor::{Float, Result};

/// The rule of [`Var::selu`]. Saves `x`.
struct Selu;

impl<T: Float> Rule<T> for Selu {
    fn name(&self) -> &'static str {
        "selu"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::SeluGrad, gy.tensor()),
                || {
                    // λα·eˣ where x ≤ 0, else λ: the masks are constants, the exponential is kept from overflowing.
                    let positive = slope(x, Binary::ReluGrad)?;
                    let exponential = x
                        .minimum(&x.tape().scalar(0.0))?
                        .exp()?
                        .mul_scalar(SELU_SCALE * SELU_ALPHA)?;
                    let below = positive.try_neg()?.add_scalar(1.0)?.try_mul(&exponential)?;
                    positive
                        .mul_scalar(SELU_SCALE)?
                        .try_add(&below)?
                        .try_mul(&gy)
                },
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// `y = λ·x` for `x > 0`, `λα(eˣ − 1)` below, element by element (Klambauer and others, 2017); NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x = λ · ∂L/∂y` for `x > 0`, else `λα·eˣ · ∂L/∂y`: λα at 0.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    /// use etude_tensor::reference::maps::{SELU_ALPHA, SELU_SCALE};
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([2.0_f64, 0.0]));
    /// let y = x.selu()?;
    /// assert_eq!(y.tensor().to_vec(), [2.0 * SELU_SCALE, 0.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [SELU_SCALE, SELU_SCALE * SELU_ALPHA]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn selu(&self) -> Result<Var<T>> {
        self.tape()
            .record(Selu, &[self], self.tensor().selu(), [Save::Var(self)])
    }
}
