//! Quantiles over axes.

use crate::Var;
use etude_tensor::{Axes, Float, Result, plan};

impl<T: Float> Var<T> {
    /// The `q`-quantile over `axes`, for `q` from 0 to 1, interpolated linearly between the two elements that are nearest:
    /// `y = x₍ₖ₎ + (q(n − 1) − k)·(x₍ₖ₊₁₎ − x₍ₖ₎)` with `k = ⌊q(n − 1)⌋`, `x₍₀₎ ≤ x₍₁₎ ≤ …` being the elements in order.
    ///
    /// Gradient: `∂L/∂y` goes to the two nearest elements, in the shares in which they were mixed.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([4.0_f64, 1.0, 2.0]));
    /// let y = x.quantile(0.75, ..)?;
    /// assert_eq!(y.item()?, 3.0); // between 2 and 4
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.5, 0.0, 0.5]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `q` isn't from 0 to 1, an axis is out of range or named twice, or there are no elements to choose from.
    pub fn quantile(&self, q: f64, axes: impl Into<Axes>) -> Result<Var<T>> {
        self.quantile_named("quantile", q, &axes.into())
    }

    /// The quantiles for each number of `q`, side by side along a new first axis: `y[j, …] = quantile(q[j])`.
    ///
    /// Gradient: as of [`quantile`](Var::quantile), added up over all of them.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([4.0_f64, 1.0, 2.0]));
    /// let y = x.quantiles([0.5, 0.75], ..)?; // 2, and between 2 and 4
    /// assert_eq!(y.tensor().to_vec(), [2.0, 3.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.5, 0.0, 1.5]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// As of [`quantile`](Var::quantile), or if there is no `q`.
    pub fn quantiles(&self, q: impl AsRef<[f64]>, axes: impl Into<Axes>) -> Result<Var<T>> {
        let (q, axes) = (q.as_ref(), axes.into());
        plan::at_least_one(q)?;
        let each = q
            .iter()
            .map(|&q| self.quantile_named("quantiles", q, &axes));
        Var::stack(&each.collect::<Result<Vec<_>>>()?, 0)
    }

    /// The quantile, for the operation that errors name.
    fn quantile_named(&self, op: &str, q: f64, axes: &Axes) -> Result<Var<T>> {
        let (at, weight) = plan::quantile_positions(op, self.tensor(), q, axes)?;
        let pair = self.take(&at)?;
        let (low, high) = (pair.select(-1, 0)?, pair.select(-1, 1)?);
        if weight == 0.0 {
            return Ok(low);
        }
        let step = high.try_sub(&low)?;
        let near = low.try_add(&step.mul_scalar(weight)?)?;
        let finite = step.tensor().abs().less(f64::INFINITY)?;
        if finite.all(..)?.item()? {
            return Ok(near);
        }
        // The step overflows between large numbers, and is NaN between equal infinities, where the weighted mean has a value.
        let mean = low
            .mul_scalar(1.0 - weight)?
            .try_add(&high.mul_scalar(weight)?)?;
        near.where_(&finite, &mean)
    }

    /// The median over `axes`: the one in the middle, or the mean of the two there: `y = (x₍⌊m⌋₎ + x₍⌈m⌉₎)/2` with `m = (n − 1)/2`.
    ///
    /// Gradient: `∂L/∂y` goes to the one in the middle, or half of it to each of the two.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([5.0_f64, 1.0, 3.0]));
    /// let y = x.median(..)?;
    /// assert_eq!(y.item()?, 3.0);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.0, 0.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or named twice, or there are no elements to choose from.
    pub fn median(&self, axes: impl Into<Axes>) -> Result<Var<T>> {
        self.quantile_named("median", 0.5, &axes.into())
    }
}

#[cfg(test)]
mod tests {
    use crate::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn values_and_gradients_beside_infinities_are_those_of_the_mean() {
        let tape = Tape::new();
        let infinity = f64::INFINITY;
        let x = tape.var(Tensor::from([
            [-infinity, 1.0],
            [infinity, infinity],
            [-1.5e308, 1.5e308],
            [1.0, 3.0],
        ]));
        let y = x.median(1).unwrap();
        assert_eq!(y.tensor().to_vec(), [-infinity, infinity, 0.0, 2.0]);
        let gradients = y.sum(..).unwrap().backward().unwrap();
        assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.5; 8]);
    }
}
