//! Quantiles: `y = x₍ₖ₎ + (q(n − 1) − k)·(x₍ₖ₊₁₎ − x₍ₖ₎)` with `k = ⌊q(n − 1)⌋`, `x₍₀₎ ≤ x₍₁₎ ≤ …` being the elements in order.

use crate::{Axes, Error, Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The `q`-quantile over `axes`, for `q` from 0 to 1: what a share of `q` of the elements lies below, interpolated
    /// linearly between the two that are nearest. NaN where there is one.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([4.0_f32, 1.0, 3.0, 2.0, 5.0]);
    /// assert_eq!(x.quantile(0.25, ..)?.item()?, 2.0);
    /// assert_eq!(x.quantile(0.9, ..)?.item()?, 4.6);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `q` isn't from 0 to 1, an axis is out of range or named twice, or there are no elements to choose from.
    pub fn quantile(&self, q: f64, axes: impl Into<Axes>) -> Result<Self> {
        let (at, weight) = quantile_positions("quantile", self, q, &axes.into())?;
        let pair = self.take(&at)?;
        let (low, high) = (pair.select(-1, 0)?, pair.select(-1, 1)?);
        if weight == 0.0 {
            return Ok(low);
        }
        let step = high.try_sub(&low)?;
        low.try_add(&step.try_mul(&Tensor::scalar(T::from_f64(weight)))?)
    }

    /// The median over `axes`: the one in the middle, or the mean of the two there. NaN where there is one.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[4.0_f32, 1.0, 9.0], [5.0, 6.0, 7.0]]);
    /// assert_eq!(x.median(1)?.to_vec(), [4.0, 6.0]);
    /// assert_eq!(x.median(..)?.item()?, 5.5);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or named twice, or there are no elements to choose from.
    pub fn median(&self, axes: impl Into<Axes>) -> Result<Self> {
        let axes = axes.into();
        axes.resolve("median", self.rank())?;
        self.quantile(0.5, axes)
    }
}

/// The row-major positions in `x` of the two elements between which each quantile lies, side by side along a new last axis,
/// and the weight of the second. Both are the NaN where there is one.
///
/// # Errors
/// If `q` isn't from 0 to 1, an axis is out of range or named twice, or there are no elements to choose from.
pub fn quantile_positions<T: Float>(
    op: &str,
    x: &Tensor<T>,
    q: f64,
    axes: &Axes,
) -> Result<(Tensor<i64>, f64)> {
    if !(0.0..=1.0).contains(&q) {
        return Err(Error::value(
            op,
            format!("q = {q}; expected a number from 0 to 1"),
        ));
    }
    let reduced = axes.resolve(op, x.rank())?;
    let kept: Vec<usize> = (0..x.rank())
        .filter(|axis| !reduced.contains(axis))
        .collect();
    let sizes = |axes: &[usize]| axes.iter().map(|&axis| x.shape()[axis]).collect::<Vec<_>>();
    let (results, n) = (
        sizes(&kept).iter().product::<usize>(),
        sizes(&reduced).iter().product::<usize>(),
    );
    if n == 0 && results > 0 {
        return Err(Error::shape(
            op,
            format!(
                "no elements along the axes of shape {:?}; expected at least one",
                x.shape()
            ),
        ));
    }
    let order: Vec<isize> = kept
        .iter()
        .chain(&reduced)
        .map(|&axis| axis as isize)
        .collect();
    let rows = x.permute(&order)?.reshape([results, n])?;
    let numbers = Tensor::arange(0, x.elements() as i64, 1)?.reshape(x.shape())?;
    let numbers = numbers.permute(&order)?.to_vec();
    let values = rows.to_vec();
    let place = q * n.saturating_sub(1) as f64;
    let low = place.floor() as usize;
    let mut at = Vec::with_capacity(2 * results);
    for (row, order) in rows
        .argsort(-1, false)?
        .to_vec()
        .chunks(n.max(1))
        .enumerate()
    {
        let number = |k: usize| order[k] as usize + row * n;
        let last = number(n - 1);
        let pair = if values[last].is_nan() {
            [last, last]
        } else {
            [number(low), number((low + 1).min(n - 1))]
        };
        at.extend(pair.map(|place| numbers[place]));
    }
    let mut shape: Vec<usize> = if axes.keeps_dims() {
        let size = |axis| {
            if reduced.contains(&axis) {
                1
            } else {
                x.shape()[axis]
            }
        };
        (0..x.rank()).map(size).collect()
    } else {
        sizes(&kept)
    };
    shape.push(2);
    Ok((Tensor::from_slice(shape, &at)?, place - low as f64))
}

#[cfg(test)]
mod tests {
    use crate::{Axes, Tensor};

    #[test]
    fn any_axes_and_nan() {
        let x = Tensor::arange(0.0, 24.0, 1.0)
            .unwrap()
            .reshape([2, 3, 4])
            .unwrap();
        let x = x.flip(2).unwrap().transpose(0, 1).unwrap();
        assert_eq!(x.median([0, 2]).unwrap().to_vec(), [5.5, 17.5]);
        assert_eq!(
            x.quantile(1.0, Axes::from([1, 2]).keepdims())
                .unwrap()
                .shape(),
            [3, 1, 1]
        );
        assert_eq!(
            x.quantile(1.0, [1, 2]).unwrap().to_vec(),
            [15.0, 19.0, 23.0]
        );
        let x = Tensor::from([[1.0, f64::NAN], [2.0, 3.0]]);
        let y = x.median(1).unwrap().to_vec();
        assert!(y[0].is_nan() && y[1] == 2.5);
        assert_eq!(Tensor::<f32>::zeros([0, 2]).median(1).unwrap().shape(), [0]);
    }

    #[test]
    fn what_has_no_quantile_is_an_error() {
        let x = Tensor::<f32>::zeros([2, 0]);
        assert_eq!(
            x.median(1).unwrap_err().to_string(),
            "quantile: no elements along the axes of shape [2, 0]; expected at least one"
        );
        assert_eq!(
            x.quantile(1.5, 1).unwrap_err().to_string(),
            "quantile: q = 1.5; expected a number from 0 to 1"
        );
    }
}
