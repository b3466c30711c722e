//! The sum over axes.

use super::reduce::{Form, Plan};
use crate::kernels::parallel::{Work, for_each_chunk};
use crate::kernels::reduce;
use crate::{Axes, Error, Float, Result, Tensor};
use std::sync::atomic::{AtomicBool, Ordering};

/// A row this long is cut into pieces that threads can share.
const LONG_ROW: usize = 64 << 10;

impl<T: Float> Tensor<T> {
    /// The sum over `axes`: `y = Σ x`; 0 where there is nothing to add, NaN where there is one.
    ///
    /// Sums are taken in blocks, combined pairwise, so that the error doesn't grow with the number of elements; the
    /// bits don't depend on the number of threads.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.sum(0)?.to_vec(), [4.0, 6.0]);
    /// assert_eq!(x.sum(-1)?.to_vec(), [3.0, 7.0]);
    /// assert_eq!(x.sum(..)?.item()?, 10.0);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or named twice.
    pub fn sum(&self, axes: impl Into<Axes>) -> Result<Self> {
        sum("sum", self, &axes.into())
    }
}

impl Tensor<i64> {
    /// The exact sum over `axes` of whole numbers, `y = Σᵢ xᵢ`; 0 where there is nothing to add. For running sums, means and what else floats have,
    /// [`cast`](Tensor::cast) comes first.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1_i64, 2], [3, 4]]);
    /// assert_eq!(x.sum(0)?.to_vec(), [4, 6]);
    /// assert_eq!(x.sum(..)?.item()?, 10);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or named twice, or a sum has more than 64 bits.
    pub fn sum(&self, axes: impl Into<Axes>) -> Result<Self> {
        let plan = Plan::new("sum", self, &axes.into(), Form::Rows)?;
        let beyond = AtomicBool::new(false);
        let y = plan.rows(COST, |row| {
            let sum: i128 = row.iter().copied().map(i128::from).sum();
            i64::try_from(sum).unwrap_or_else(|_| {
                beyond.store(true, Ordering::Relaxed);
                0
            })
        });
        if beyond.into_inner() {
            let message = format!(
                "a sum over shape {:?} has more than 64 bits; expected whole numbers whose sums are i64 (cast::<f64> before it rounds)",
                self.shape()
            );
            return Err(Error::value("sum", message));
        }
        Ok(y)
    }
}

/// The sum, in the name of `op`.
pub(super) fn sum<T: Float>(op: &str, x: &Tensor<T>, axes: &Axes) -> Result<Tensor<T>> {
    let plan = Plan::new(op, x, axes, Form::RowsOrColumns)?;
    let (length, inner) = (plan.length, plan.inner);
    if inner == 1 && length < LONG_ROW {
        return Ok(plan.rows(COST, T::sum_of));
    }
    let x = plan.elements();
    Ok(Tensor::build(plan.shape.clone(), |y| {
        if inner == 1 {
            for (row, y) in y.iter_mut().enumerate() {
                *y = reduce::sum(&x[row * length..(row + 1) * length]);
            }
            return;
        }
        y.fill(T::zero());
        if plan.outer == 1 {
            return reduce::add_rows(x, y);
        }
        let work = Work::per_element(x.len(), COST);
        for_each_chunk(y, inner.max(1), work, |block, y| {
            T::add_rows(&x[block * length * inner..(block + 1) * length * inner], y);
        });
    }))
}

/// Nanoseconds an element, most of them in memory.
pub(super) const COST: f64 = 0.1;

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(shape: &[usize]) -> Tensor<f64> {
        let values: Vec<f64> = (0..shape.iter().product())
            .map(|i| ((i * 7 + 3) % 11) as f64 - 5.0)
            .collect();
        Tensor::from_slice(shape, &values).unwrap()
    }

    /// Adds each element to the result at its index without the reduced axes.
    fn naive(x: &Tensor<f64>, axes: &[usize]) -> Vec<f64> {
        let shape = x.shape();
        let kept: Vec<usize> = (0..shape.len())
            .filter(|axis| !axes.contains(axis))
            .collect();
        let mut y = vec![0.0; kept.iter().map(|&axis| shape[axis]).product()];
        for (flat, value) in x.to_vec().into_iter().enumerate() {
            let mut index = vec![0; shape.len()];
            let mut rest = flat;
            for axis in (0..shape.len()).rev() {
                index[axis] = rest % shape[axis];
                rest /= shape[axis];
            }
            y[kept
                .iter()
                .fold(0, |at, &axis| at * shape[axis] + index[axis])] += value;
        }
        y
    }

    #[test]
    fn any_axes_of_any_view() {
        let x = numbers(&[3, 4, 2, 5]);
        for view in [
            x.clone(),
            x.permute([2, 0, 3, 1]).unwrap(),
            x.flip(1).unwrap(),
            x.slice(3, 1..4).unwrap(),
        ] {
            for bits in 0..16_u32 {
                let axes: Vec<usize> = (0..4).filter(|axis| bits >> axis & 1 == 1).collect();
                let named: Vec<isize> = axes.iter().map(|&axis| axis as isize).collect();
                let y = view.sum(&named[..]).unwrap();
                assert_eq!(
                    y.to_vec(),
                    naive(&view, &axes),
                    "{:?} over {axes:?}",
                    view.strides()
                );
                let kept = view.sum(Axes::from(&named[..]).keepdims()).unwrap();
                assert_eq!((kept.rank(), kept.to_vec()), (4, y.to_vec()));
            }
        }
    }

    #[test]
    fn nothing_adds_up_to_zero() {
        assert_eq!(numbers(&[0, 3]).sum(0).unwrap().to_vec(), [0.0; 3]);
        assert_eq!(numbers(&[3, 0]).sum(1).unwrap().to_vec(), [0.0; 3]);
        assert_eq!(numbers(&[3, 0]).sum(0).unwrap().shape(), [0]);
        assert_eq!(numbers(&[2, 3, 0]).sum(1).unwrap().shape(), [2, 0]);
        assert_eq!(Tensor::scalar(2.0).sum(..).unwrap().item().unwrap(), 2.0);
    }

    #[test]
    fn whole_numbers_add_up_exactly() {
        let x = Tensor::arange(-7_i64, 17, 1).unwrap();
        let x = x.reshape([2, 3, 4]).unwrap().transpose(0, 2).unwrap();
        for axes in [&[0][..], &[1], &[2, 0], &[], &[0, 1, 2]] {
            let floats = x.cast::<f64>().unwrap().sum(axes).unwrap();
            assert_eq!(
                x.sum(axes).unwrap(),
                floats.cast::<i64>().unwrap(),
                "{axes:?}"
            );
        }
        assert_eq!(x.sum(Axes::from(1).keepdims()).unwrap().shape(), [4, 1, 2]);
        assert_eq!(
            Tensor::<i64>::zeros([2, 0]).sum(1).unwrap().to_vec(),
            [0, 0]
        );
        // A part of the sum may be larger than the whole, and no digit is lost.
        let (most, least) = (i64::MAX, i64::MIN);
        let x = Tensor::from([[most, most, least, least], [most, -1, 0, 0]]);
        assert_eq!(x.sum(1).unwrap().to_vec(), [-2, most - 1]);
        assert_eq!(
            x.sum(0).unwrap_err().to_string(),
            "sum: a sum over shape [2, 4] has more than 64 bits; expected whole numbers whose sums are i64 (cast::<f64> before it rounds)"
        );
        assert!(x.sum(2).is_err());
    }

    #[test]
    fn the_same_bits_on_any_number_of_threads() {
        let x = numbers(&[300, 1000]).exp();
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| [0, 1].map(|axis| x.sum(axis).unwrap().to_vec()).concat())
        };
        let alone = run(1);
        assert_eq!(run(2), alone);
        assert_eq!(run(5), alone);
    }

    /// Sums and means of so many `f32`, over both axes of a matrix, against the sum in 64 bits.
    fn precise(count: usize) {
        let values: Vec<f32> = (0..count)
            .map(|i| 0.1 + (i * 7919 % 1000) as f32 * 1e-3)
            .collect();
        let exact: f64 = values.iter().map(|&x| f64::from(x)).sum();
        let x = Tensor::from_slice([count / 8, 8], &values).unwrap();
        let off = |y: Tensor<f32>, exact: f64| {
            let off = (f64::from(y.item().unwrap()) / exact - 1.0).abs();
            assert!(off < 1e-6, "{y} for {exact}");
            off
        };
        let errors = [
            off(x.sum(..).unwrap(), exact),
            off(x.sum(0).unwrap().sum(0).unwrap(), exact),
            off(x.sum(1).unwrap().sum(0).unwrap(), exact),
            off(x.mean(..).unwrap(), exact / count as f64),
        ];
        let errors = errors.map(|error| format!("{error:.1e}")).join(", ");
        println!("{count} elements, relative errors: {errors} (all at once, columns, rows, mean)");
    }

    #[test]
    fn a_long_sum_keeps_its_digits() {
        precise(1 << 20);
    }

    #[test]
    #[ignore = "takes a gigabyte and seconds"]
    fn a_hundred_million_elements_keep_their_digits() {
        precise(100_000_000);
    }

    #[test]
    fn a_wrong_axis_is_named() {
        let message = numbers(&[2, 3]).sum(2).unwrap_err().to_string();
        assert_eq!(
            message,
            "sum: axis 2 is out of range for rank 2; expected -2 to 1"
        );
    }
}
