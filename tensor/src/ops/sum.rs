//! `y = Σ x` over some axes.

use crate::kernels::parallel::{Work, for_each_chunk};
use crate::{Axes, Float, Result, Shape, Tensor};

/// Partial sums that run side by side: enough for the widest vectors, and a rounding error that grows with `n / LANES`.
const LANES: usize = 64;

/// Elements that one thread takes at a time.
const ROWS_CHUNK: usize = 32 << 10;

/// Nanoseconds an element, which memory decides.
const COST: f64 = 0.1;

impl<T: Float> Tensor<T> {
    /// The sum over `axes` (`0`, `-1`, `[0, 2]`, `..` for all); 0 over nothing. The axes disappear, unless `axes`
    /// [keeps](Axes::keepdims) them with size 1. NaN gives NaN. The order of additions is fixed by the shape.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.sum(0)?.to_vec(), [4.0, 6.0]);
    /// assert_eq!(x.sum(..)?.item()?, 10.0);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis doesn't exist or is named twice.
    pub fn sum(&self, axes: impl Into<Axes>) -> Result<Self> {
        let axes = axes.into();
        let reduced = axes.resolve("sum", self.rank())?;
        let sizes = self.shape();
        let mut kept_sizes = sizes.to_vec();
        reduced.iter().for_each(|&axis| kept_sizes[axis] = 1);
        let kept: Vec<usize> = (0..self.rank())
            .filter(|axis| !reduced.contains(axis))
            .collect();
        let shape: Vec<usize> = match axes.keeps_dims() {
            true => kept_sizes,
            false => kept.iter().map(|&axis| sizes[axis]).collect(),
        };
        let length: usize = reduced.iter().map(|&axis| sizes[axis]).product();
        let results: usize = shape.iter().product();

        // Where the axes to sum over are the slowest, whole rows of results are added up; otherwise they become the fastest.
        let leading: Vec<usize> = reduced.iter().chain(&kept).copied().collect();
        let leading = self.layout().permute(&leading);
        if leading.is_contiguous() && results > 1 {
            return Ok(sum_of_rows(&self.view(leading), length, Shape::from(shape)));
        }
        let trailing: Vec<usize> = kept.iter().chain(&reduced).copied().collect();
        let rows = self.view(self.layout().permute(&trailing)).contiguous();
        let rows = rows.as_slice().expect("laid out just now");
        Ok(Tensor::build(Shape::from(shape), |y| {
            let chunk = (ROWS_CHUNK / length.max(1)).max(1);
            for_each_chunk(
                y,
                chunk,
                Work::per_element(results * length, COST),
                |index, y| {
                    for (row, y) in y.iter_mut().enumerate() {
                        *y = sum_row(&rows[(index * chunk + row) * length..][..length]);
                    }
                },
            );
        }))
    }
}

/// The sum of `length` row-major tensors of the given shape that lie behind each other.
fn sum_of_rows<T: Float>(x: &Tensor<T>, length: usize, shape: Shape) -> Tensor<T> {
    let x = x.as_slice().expect("called on what is contiguous");
    let results = shape.elements();
    Tensor::build(shape, |y| {
        let chunk = (ROWS_CHUNK / length.max(1)).max(LANES);
        for_each_chunk(
            y,
            chunk,
            Work::per_element(results * length, COST),
            |index, y| {
                y.fill(T::ZERO);
                for row in x.chunks_exact(results) {
                    let row = &row[index * chunk..][..y.len()];
                    y.iter_mut().zip(row).for_each(|(sum, &x)| *sum += x);
                }
            },
        );
    })
}

/// The sum of a row, in `LANES` partial sums that are added up at the end.
fn sum_row<T: Float>(row: &[T]) -> T {
    let mut sums = [T::ZERO; LANES];
    let mut chunks = row.chunks_exact(LANES);
    for chunk in &mut chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, &x)| *sum += x);
    }
    let rest: T = chunks.remainder().iter().copied().sum();
    sums.into_iter().sum::<T>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_axes_of_any_view() -> Result<()> {
        let values: Vec<f64> = (0..24).map(f64::from).collect();
        let x = Tensor::from_slice([2, 3, 4], &values)?;
        for x in [x.clone(), x.transpose(0, 2)?, x.flip(1)?] {
            let at = |i: usize, j: usize, k: usize| x.at(&[i as isize, j as isize, k as isize]);
            let [a, b, c] = *x.shape() else {
                unreachable!()
            };
            let (middle, ends) = (x.sum(1)?, x.sum([0, -1])?);
            for i in 0..a {
                for k in 0..c {
                    let expected: f64 = (0..b).map(|j| at(i, j, k)).sum::<Result<f64>>()?;
                    assert_eq!(middle.at(&[i as isize, k as isize])?, expected);
                }
            }
            for j in 0..b {
                let mut expected = 0.0;
                for i in 0..a {
                    for k in 0..c {
                        expected += at(i, j, k)?;
                    }
                }
                assert_eq!(ends.at(&[j as isize])?, expected);
            }
            assert_eq!(x.sum(..)?.item()?, 276.0);
            assert_eq!(x.sum(Axes::from(0).keepdims())?.shape(), [1, b, c]);
        }
        assert_eq!(Tensor::<f32>::zeros([0, 2]).sum(0)?.to_vec(), [0.0, 0.0]);
        assert_eq!(Tensor::<f32>::zeros([2, 0]).sum(0)?.shape(), [0]);
        assert_eq!(Tensor::full([1000], 1.0_f32).sum(..)?.item()?, 1000.0);
        Ok(())
    }
}
