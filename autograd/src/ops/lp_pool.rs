//! The p-norm of each window.

use super::avg_pool::spread_whole;
use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::kernels::pool::{PoolGeometry, PoolShape};
use etude_tensor::{Float, Result, Tensor};

/// The rule of [`Var::lp_pool`] and [`Var::adaptive_lp_pool`]. Saves `x, y`.
struct LpPool {
    name: &'static str,
    shape: PoolShape,
    p: f64,
}

impl<T: Float> Rule<T> for LpPool {
    fn name(&self) -> &'static str {
        self.name
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (x, y) = (&saved[0], &saved[1]);
        to.give(0, || {
            fused(
                &[x, y, &gy],
                || {
                    let (shape, p) = (&self.shape, self.p);
                    x.tensor().lp_pool_grad(y.tensor(), gy.tensor(), shape, p)
                },
                || {
                    // What doesn't depend on the window stands in front of the sum. With 1 in the place of 0 nothing divides by it.
                    let zero = Tensor::scalar(T::ZERO);
                    let y = y.masked_fill(&y.tensor().equal(&zero)?, 1.0)?;
                    let shares = gy.try_div(&y.pow_scalar(self.p - 1.0)?)?;
                    let shares = spread_whole(&shares, &self.shape)?;
                    let sign = x.tape().input(x.tensor().sign());
                    let size = sign.try_mul(x)?;
                    let size = size.masked_fill(&x.tensor().equal(&zero)?, 1.0)?;
                    let slope = size.pow_scalar(self.p - 1.0)?.try_mul(&sign)?;
                    slope.try_mul(&shares)
                },
            )
        })
    }
}

impl<T: Float> Var<T> {
    /// The p-norm of each window over the spatial axes of `x` `[batch, spatial…, channels]`, `y = (Σ |x|ᵖ)^(1/p)`; padding
    /// counts as 0.
    ///
    /// Gradient: `∂L/∂x = Σ ∂L/∂y · sign x · (|x|/y)ᵖ⁻¹` over the windows of each element, and 0 where `x` or the norm is.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::{Tensor, kernels::pool::PoolGeometry};
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from_slice([1, 2, 1], &[3.0_f64, -4.0])?);
    /// let y = x.lp_pool(&PoolGeometry::new(&[2]), 2.0)?;
    /// assert_eq!(y.tensor().to_vec(), [5.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.6, -0.8]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `p` isn't a finite number of at least 1, ranks don't go together, a window is longer than its padded axis, or
    /// sees nothing but padding.
    pub fn lp_pool(&self, geometry: &PoolGeometry, p: f64) -> Result<Var<T>> {
        let shape = PoolShape::new("lp_pool", self.shape(), geometry)?;
        norm("lp_pool", self, shape, p)
    }

    /// The p-norms of `output` windows along the spatial axes of `x` `[batch, spatial…, channels]`, `y = (Σ |x|ᵖ)^(1/p)`, placed as by
    /// [`adaptive_avg_pool`](Var::adaptive_avg_pool): each over as many elements as its window has.
    ///
    /// Gradient: as of [`lp_pool`](Var::lp_pool).
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from_slice([1, 3, 1], &[3.0_f64, -4.0, 0.0])?);
    /// let y = x.adaptive_lp_pool([2], 2.0)?; // of 3, −4 and of −4, 0
    /// assert_eq!(y.tensor().to_vec(), [5.0, 4.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.6, -1.8, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `p` isn't a finite number of at least 1, the rank isn't that of `output` and two more, an output size is 0, a spatial axis
    /// is empty, or the result is larger than memory.
    pub fn adaptive_lp_pool(&self, output: impl AsRef<[usize]>, p: f64) -> Result<Var<T>> {
        let shape = PoolShape::adaptive("adaptive_lp_pool", self.shape(), output.as_ref())?;
        norm("adaptive_lp_pool", self, shape, p)
    }
}

/// The p-norm of each window, recorded under the operation's name.
fn norm<T: Float>(name: &'static str, x: &Var<T>, shape: PoolShape, p: f64) -> Result<Var<T>> {
    let y = x.tensor().lp_pool_with(name, &shape, p)?;
    let saved = [Save::Var(x), Save::Output];
    x.tape().record(LpPool { name, shape, p }, &[x], y, saved)
}
