//! The tanh approximation of GELU.

use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::reference::maps::GELU_CUBIC;
use etude_tensor::{Float, Result};
use std::f64::consts::FRAC_2_PI;

/// The rule of [`Var::gelu_tanh`]. Saves `x`.
struct GeluTanh;

impl<T: Float> Rule<T> for GeluTanh {
    fn name(&self) -> &'static str {
        "gelu_tanh"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            fused(
                &[x, &gy],
                || x.tensor().binary(Binary::GeluTanhGrad, gy.tensor()),
                || {
                    let scale = FRAC_2_PI.sqrt();
                    let square = x.square()?;
                    let u = square
                        .mul_scalar(GELU_CUBIC)?
                        .add_scalar(1.0)?
                        .try_mul(x)?
                        .mul_scalar(scale)?;
                    let du = square
                        .mul_scalar(3.0 * GELU_CUBIC)?
                        .add_scalar(1.0)?
                        .mul_scalar(scale)?;
                    let t = u.tanh()?;
                    let bent = t
                        .square()?
                        .try_neg()?
                        .add_scalar(1.0)?
                        .try_mul(&du)?
                        .try_mul(x)?;
                    t.add_scalar(1.0)?
                        .try_add(&bent)?
                        .mul_scalar(0.5)?
                        .try_mul(&gy)
                },
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// The approximation `y = ½x(1 + t)` of [`gelu`](Var::gelu) with `t = tanh u` and `u = √(2/π)(x + 0.044715x³)`, element
    /// by element (Hendrycks and Gimpel, 2016); NaN gives NaN.
    ///
    /// Gradient: `∂L/∂x = ½(1 + t + x(1 − t²)·u′) · ∂L/∂y` with `u′ = √(2/π)(1 + 0.134145x²)`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 40.0, -40.0]));
    /// let y = x.gelu_tanh()?;
    /// assert_eq!(y.tensor().to_vec(), [0.0, 40.0, 0.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.5, 1.0, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn gelu_tanh(&self) -> Result<Var<T>> {
        self.tape().record(
            GeluTanh,
            &[self],
            self.tensor().gelu_tanh(),
            [Save::Var(self)],
        )
    }
}
