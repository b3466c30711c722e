//! The p-norm over axes.

use super::kept::kept;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Axes, Float, Result, Tensor};
use smallvec::SmallVec;

/// The rule of [`Var::norm`]. Saves `x, y`.
struct Norm {
    p: f64,
    /// The axes, counted from the front.
    axes: SmallVec<[usize; 4]>,
}

impl<T: Float> Rule<T> for Norm {
    fn name(&self) -> &'static str {
        "norm"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let x = &saved[0];
        to.give(0, || {
            let gy = kept(&gy, x.shape(), &self.axes)?;
            let y = kept(&saved[1], x.shape(), &self.axes)?;
            let sign = gy.tape().input(x.tensor().sign());
            let zero = Tensor::scalar(T::ZERO);
            if self.p == 0.0 {
                return sign.try_mul(&gy.mul_scalar(0.0)?);
            }
            if self.p == 1.0 {
                return sign.try_mul(&gy);
            }
            if self.p.is_infinite() {
                let winners = x.tensor().abs().equal(y.tensor())?;
                let winners = winners.where_(&Tensor::scalar(T::one()), &zero)?;
                let axes: Vec<isize> = self.axes.iter().map(|&axis| axis as isize).collect();
                let share = winners.try_div(&winners.sum(Axes::from(axes).keepdims())?)?;
                return gy.tape().input(share).try_mul(&sign)?.try_mul(&gy);
            }
            // 0 has no direction: with 1 in its place nothing divides by it, and the factor 0 remains.
            let nowhere = y.tensor().equal(&zero)?;
            let y = y.masked_fill(&nowhere, 1.0)?;
            if self.p == 2.0 {
                return x.try_mul(&gy.try_div(&y)?);
            }
            let size = sign
                .try_mul(x)?
                .masked_fill(&x.tensor().equal(&zero)?, 1.0)?;
            let slope = size.try_div(&y)?.pow_scalar(self.p - 1.0)?;
            sign.try_mul(&slope)?.try_mul(&gy)
        })
    }
}

impl<T: Float> Var<T> {
    /// The p-norm over `axes`, `y = (Σ |x|ᵖ)^(1/p)`. `p = 2` is the Euclidean norm, 1 the sum of magnitudes, ∞ the largest
    /// magnitude, −∞ the smallest, and 0 the number of elements that aren't 0.
    ///
    /// Gradient: `∂L/∂x = sign x · (|x|/y)ᵖ⁻¹ · ∂L/∂y`; for `p = ±∞` the elements of the largest or smallest magnitude
    /// share `∂L/∂y`, with their signs; for `p = 0` it is 0. Where `x` or the norm is 0, so is the gradient.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, -1.0, 0.0, 1.0, 1.0]));
    /// let y = x.norm(2.0, ..)?;
    /// assert_eq!(y.item()?, 2.0);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.5, -0.5, 0.0, 0.5, 0.5]); // x/y
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `p` is NaN, an axis doesn't exist or is named twice, or there is no element to choose.
    pub fn norm(&self, p: f64, axes: impl Into<Axes>) -> Result<Var<T>> {
        let axes = axes.into();
        let y = self.tensor().norm(p, &axes)?;
        let axes = axes.resolve("norm", self.rank())?;
        self.tape().record(
            Norm { p, axes },
            &[self],
            y,
            [Save::Var(self), Save::Output],
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn for_powers_below_0_the_smallest_gets_the_gradient() {
        let tape = Tape::new();
        let x = tape.var(Tensor::from([1e-10_f32, -1e10]));
        let y = x.norm(-2.0, ..).unwrap();
        assert_eq!(y.item().unwrap(), 1e-10);
        let gradient = y.backward().unwrap().get(&x).unwrap().to_vec();
        assert_eq!(gradient, [1.0, -0.0]);
    }
}
