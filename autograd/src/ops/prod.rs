//! The product over axes.

use super::kept::kept;
use super::linear_recurrence::earlier;
use crate::{Rule, Save, Saved, Sink, Var, fused};
use etude_tensor::{Axes, Float, Result, plan};

/// The rule of [`Var::prod`]. The product of all others is `y/xᵢ` unless a product is 0 or out of range; in general it
/// is what comes before times what comes behind, which divides nothing. Saves `x, y`.
struct Prod {
    axes: Vec<usize>,
}

impl<T: Float> Rule<T> for Prod {
    fn name(&self) -> &'static str {
        "prod"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (x, y) = (&saved[0], &saved[1]);
        to.give(0, || {
            let gy = kept(&gy, x.shape(), &self.axes)?;
            let general = || others(x, &self.axes)?.try_mul(&gy);
            fused(
                &[x, y, &gy],
                || {
                    if !y.tensor().to_vec().into_iter().all(is_ordinary) {
                        return Ok(general()?.into_tensor());
                    }
                    let y = kept(y, x.shape(), &self.axes)?;
                    y.tensor().try_div(x.tensor())?.try_mul(gy.tensor())
                },
                general,
            )
        })
    }
}

/// Whether a product tells its factors: it isn't 0, infinite, NaN, or so small that digits are lost.
fn is_ordinary<T: Float>(y: T) -> bool {
    let size = y.abs().primal();
    let smallest = if T::EPSILON > 1e-10 { 1e-37 } else { 1e-307 };
    size > smallest && size < f64::INFINITY
}

/// For each element the product of all others over `axes`.
fn others<T: Float>(x: &Var<T>, axes: &[usize]) -> Result<Var<T>> {
    let kept = (0..x.rank()).filter(|axis| !axes.contains(axis));
    let order: Vec<isize> = kept
        .chain(axes.iter().copied())
        .map(|axis| axis as isize)
        .collect();
    let moved = x.permute(&order)?;
    let (results, reduced) = moved.shape().split_at(x.rank() - axes.len());
    let sizes = [results.iter().product(), reduced.iter().product::<usize>()];
    let rows = moved.reshape(sizes)?;
    let before = earlier(&rows.cumprod(1)?, 1, 1.0)?;
    let behind = earlier(&rows.flip(1)?.cumprod(1)?, 1, 1.0)?.flip(1)?;
    let product = before.try_mul(&behind)?;
    product
        .reshape(moved.shape())?
        .permute(plan::inverse_order(&order))
}

impl<T: Float> Var<T> {
    /// The product over `axes`, `y = Π x`; 1 over nothing.
    ///
    /// Gradient: `∂L/∂xᵢ = ∂L/∂y · Πⱼ≠ᵢ xⱼ`, right to any order where elements are 0.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([0.0_f64, 3.0, 4.0]));
    /// let y = x.prod(..)?;
    /// assert_eq!(y.item()?, 0.0);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [12.0, 0.0, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis doesn't exist or is named twice.
    pub fn prod(&self, axes: impl Into<Axes>) -> Result<Var<T>> {
        let axes = axes.into();
        let y = self.tensor().prod(&axes)?;
        let axes = axes.resolve("prod", self.rank())?.to_vec();
        let saved = [Save::Var(self), Save::Output];
        self.tape().record(Prod { axes }, &[self], y, saved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn zeros_and_products_out_of_range() -> Result<()> {
        let gradient = |x: &[f32]| -> Result<Vec<f32>> {
            let tape = Tape::new();
            let x = tape.var(Tensor::from_slice([x.len()], x)?);
            Ok(x.prod(..)?.backward()?.get(&x)?.to_vec())
        };
        assert_eq!(gradient(&[2.0, 3.0, 4.0])?, [12.0, 8.0, 6.0]);
        assert_eq!(gradient(&[2.0, 0.0, 4.0])?, [0.0, 8.0, 0.0]);
        assert_eq!(gradient(&[0.0, 0.0, 4.0])?, [0.0, 0.0, 0.0]);
        // The product underflows or overflows, the gradients don't.
        assert_eq!(gradient(&[1e-30, 1e-20])?, [1e-20, 1e-30]);
        assert_eq!(gradient(&[1e30, 1e20])?, [1e20, 1e30]);
        Ok(())
    }
}
