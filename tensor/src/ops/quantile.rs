//! Quantiles: what a share of the elements lies below.

use crate::kernels::parallel::{Work, for_each_chunk, rows_per_chunk};
use crate::{Axes, Error, Float, Result, Tensor};

/// Elements among which one thread chooses at a time.
const CHUNK: usize = 1 << 12;
/// Nanoseconds an element.
const COST: f64 = 8.0;

impl<T: Float> Tensor<T> {
    /// The `q`-quantile over `axes`, for `q` from 0 to 1: what a share of `q` of the elements lies below, interpolated
    /// linearly between the two that are nearest: `y = x₍ₖ₎ + (q(n − 1) − k)·(x₍ₖ₊₁₎ − x₍ₖ₎)` with `k = ⌊q(n − 1)⌋`, `x₍₀₎ ≤ x₍₁₎ ≤ …` being the
    /// elements in order. NaN where there is one, and between −∞ and ∞.
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
        self.quantile_named("quantile", q, &axes.into())
    }

    /// The quantiles for each number of `q`, side by side along a new first axis, `y[j, …] = quantile(q[j])`, as of NumPy's `quantile` of a list.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[4.0_f32, 1.0], [2.0, 3.0]]);
    /// assert_eq!(x.quantiles([0.0, 1.0], 0)?, Tensor::from([[2.0, 1.0], [4.0, 3.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`quantile`](Tensor::quantile), or if there is no `q`.
    pub fn quantiles(&self, q: impl AsRef<[f64]>, axes: impl Into<Axes>) -> Result<Self> {
        let (q, axes) = (q.as_ref(), axes.into());
        at_least_one(q)?;
        let each = q
            .iter()
            .map(|&q| self.quantile_named("quantiles", q, &axes));
        Tensor::stack(&each.collect::<Result<Vec<_>>>()?, 0)
    }

    /// The quantile, for the operation that errors name.
    fn quantile_named(&self, op: &str, q: f64, axes: &Axes) -> Result<Self> {
        let (at, weight) = quantile_positions(op, self, q, axes)?;
        let pair = self.take(&at)?;
        let (low, high) = (pair.select(-1, 0)?, pair.select(-1, 1)?);
        if weight == 0.0 {
            return Ok(low);
        }
        let step = high.try_sub(&low)?;
        let near = low.try_add(&step.mul_scalar(weight)?)?;
        let finite = step.abs().less(f64::INFINITY)?;
        if finite.all(..)?.item()? {
            return Ok(near);
        }
        // The step overflows between large numbers, and is NaN between equal infinities, where the weighted mean has a value.
        let mean = low
            .mul_scalar(1.0 - weight)?
            .try_add(&high.mul_scalar(weight)?)?;
        near.where_(&finite, &mean)
    }

    /// The median over `axes`: the one in the middle, or the mean of the two there, `y = (x₍⌊m⌋₎ + x₍⌈m⌉₎)/2` with `m = (n − 1)/2`. NaN
    /// where there is one.
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
        self.quantile_named("median", 0.5, &axes.into())
    }
}

/// That there is a quantile to take.
///
/// # Errors
/// If there isn't.
pub fn at_least_one(q: &[f64]) -> Result<()> {
    match q {
        [] => Err(Error::value(
            "quantiles",
            "no q given; expected at least one",
        )),
        _ => Ok(()),
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
    let order: Vec<isize> = (kept.iter().chain(&reduced))
        .map(|&axis| axis as isize)
        .collect();
    let values = x.permute(&order)?.to_vec();
    let place = q * n.saturating_sub(1) as f64;
    let low = place.floor() as usize;
    let mut at = vec![0; 2 * results];
    let rows = rows_per_chunk(n, CHUNK);
    let work = Work::per_element(values.len(), COST);
    for_each_chunk(&mut at, 2 * rows, work, |index, at| {
        let values = &values[index * rows * n..];
        for (row, (values, at)) in values.chunks(n).zip(at.chunks_mut(2)).enumerate() {
            let [low, high] = neighbours(values, low);
            let row = flat(x.shape(), &kept, index * rows + row);
            at[0] = (row + flat(x.shape(), &reduced, low)) as i64;
            at[1] = (row + flat(x.shape(), &reduced, high)) as i64;
        }
    });
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

/// The positions in a row of the element number `low` in ascending order and of the one after it, the last having itself after it. Where there
/// is a NaN, it is both.
fn neighbours<T: Float>(row: &[T], low: usize) -> [usize; 2] {
    let mut keys: Vec<(u64, usize)> = row.iter().map(|x| x.order_key()).zip(0..).collect();
    let largest = keys.iter().max().map_or(0, |&(_, at)| at);
    if row[largest].is_nan() {
        return [largest, largest];
    }
    let (_, &mut (_, at), above) = keys.select_nth_unstable(low);
    [at, above.iter().min().map_or(at, |&(_, at)| at)]
}

/// How far from the first element of a tensor of `shape`, in row-major order, the one is that has this flat `index` over `axes`, and is the
/// first along all others.
fn flat(shape: &[usize], axes: &[usize], mut index: usize) -> usize {
    let mut flat = 0;
    for &axis in axes.iter().rev() {
        let behind: usize = shape[axis + 1..].iter().product();
        flat += index % shape[axis] * behind;
        index /= shape[axis];
    }
    flat
}

#[cfg(test)]
mod tests {
    use crate::{Axes, Rng, Tensor};

    #[test]
    fn they_are_those_of_the_sorted() {
        let x = Tensor::<f64>::randn([5, 30, 7], &mut Rng::seed(4));
        let sorted = x.sort(1, false).unwrap().0;
        for (q, low) in [(0.0, 0), (10.0 / 29.0, 10), (1.0, 29)] {
            let expected = sorted.select(1, low).unwrap();
            assert!(
                x.quantile(q, 1)
                    .unwrap()
                    .try_sub(&expected)
                    .unwrap()
                    .abs()
                    .max(..)
                    .unwrap()
                    .item()
                    .unwrap()
                    < 1e-12
            );
        }
    }

    #[test]
    fn several_stand_along_a_new_first_axis() {
        let x = Tensor::<f64>::randn([3, 4, 5], &mut Rng::seed(5));
        let y = x.quantiles([0.9, 0.1, 0.5], [0, -1]).unwrap();
        assert_eq!(y.shape(), [3, 4]);
        for (i, q) in [0.9, 0.1, 0.5].into_iter().enumerate() {
            let one = x.quantile(q, [0, -1]).unwrap();
            assert_eq!(y.select(0, i as isize).unwrap(), one, "{q}");
        }
        let kept = x.quantiles(vec![0.5], Axes::from(1).keepdims()).unwrap();
        assert_eq!(kept.shape(), [1, 3, 1, 5]);
        let message = |q: &[f64]| x.quantiles(q, 0).unwrap_err().to_string();
        assert_eq!(message(&[]), "quantiles: no q given; expected at least one");
        assert_eq!(
            message(&[0.5, 2.0]),
            "quantiles: q = 2; expected a number from 0 to 1"
        );
    }

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
    fn beside_infinities_and_where_the_step_overflows() {
        let infinity = f64::INFINITY;
        let x = Tensor::from([
            [-infinity, 1.0],
            [infinity, infinity],
            [-infinity, -infinity],
            [1.0, infinity],
            [1.0, 3.0],
        ]);
        let expected = [-infinity, infinity, -infinity, infinity, 2.0];
        assert_eq!(x.median(1).unwrap().to_vec(), expected);
        assert_eq!(x.quantile(0.25, 1).unwrap().to_vec()[..3], expected[..3]);
        let x = Tensor::from([-3e38_f32, 3e38]);
        assert_eq!(x.median(0).unwrap().item().unwrap(), 0.0);
        let both = Tensor::from([-infinity, infinity]);
        assert!(both.median(0).unwrap().item().unwrap().is_nan());
    }

    #[test]
    fn what_has_no_quantile_is_an_error() {
        let x = Tensor::<f32>::zeros([2, 0]);
        assert_eq!(
            x.median(1).unwrap_err().to_string(),
            "median: no elements along the axes of shape [2, 0]; expected at least one"
        );
        assert_eq!(
            x.quantile(1.5, 1).unwrap_err().to_string(),
            "quantile: q = 1.5; expected a number from 0 to 1"
        );
    }
}
