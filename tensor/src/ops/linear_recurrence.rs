//! `yᵢ = aᵢ·yᵢ₋₁ + xᵢ` along an axis.

use super::rows::zip_rows;
use super::running::{CHUNK, COST};
use crate::kernels::parallel::{Work, for_each_chunk, rows_per_chunk};
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The linear recurrence along `axis` with these factors, `y₀ = x₀` and `yᵢ = aᵢ·yᵢ₋₁ + xᵢ`. A factor of 0 starts anew: then
    /// nothing of what came before remains, not even a NaN.
    ///
    /// With factors of 1 it is the running sum, with `xᵢ = (1 − α)·uᵢ` and factors `α` an exponential moving average of `u`.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0, 4.0]);
    /// let halves = Tensor::full([4], 0.5);
    /// assert_eq!(x.linear_recurrence(&halves, 0)?.to_vec(), [1.0, 2.5, 4.25, 6.125]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range, or the shapes differ.
    pub fn linear_recurrence(&self, factors: &Self, axis: isize) -> Result<Self> {
        let work = |elements| Work::per_element(elements, 2.0 * COST);
        zip_rows(
            "linear_recurrence",
            self,
            factors,
            axis,
            |x, a, width, y| {
                if width == 0 {
                    return;
                }
                let rows = rows_per_chunk(width, CHUNK) * width;
                for_each_chunk(y, rows, work(x.len()), |index, y| {
                    let x = x[index * rows..].chunks(width);
                    let a = a[index * rows..].chunks(width);
                    for ((x, a), y) in x.zip(a).zip(y.chunks_mut(width)) {
                        along(x, a, y);
                    }
                });
            },
        )
    }
}

/// One row, of at least one element.
fn along<T: Float>(x: &[T], a: &[T], y: &mut [T]) {
    let mut state = x[0];
    y[0] = state;
    for ((&x, &a), y) in x.iter().zip(a).zip(y).skip(1) {
        let further = a * state + x;
        state = if a.vanishes() { x } else { further };
        *y = state;
    }
}

#[cfg(test)]
mod tests {
    use crate::{Rng, Tensor};

    #[test]
    fn along_any_axis_and_from_zeros_anew() {
        let x = Tensor::<f64>::randn([3, 4, 5], &mut Rng::seed(1));
        let a = Tensor::<f64>::randn([3, 4, 5], &mut Rng::seed(2));
        let y = x.linear_recurrence(&a, 1).unwrap();
        for (i, k) in [(0, 0), (2, 4), (1, 3)] {
            let mut state = 0.0;
            for j in 0..4 {
                state = a.at(&[i, j, k]).unwrap() * state + x.at(&[i, j, k]).unwrap();
                assert_eq!(y.at(&[i, j, k]).unwrap(), state);
            }
        }
        let x = Tensor::from([f64::INFINITY, 1.0, f64::NAN, 2.0]);
        let y = x.linear_recurrence(&Tensor::from([f64::NAN, 0.0, 2.0, 0.0]), 0);
        let y = y.unwrap().to_vec();
        assert!(y[0] == f64::INFINITY && y[1] == 1.0 && y[2].is_nan() && y[3] == 2.0);
    }

    #[test]
    fn factors_of_another_shape_are_refused() {
        let x = Tensor::<f32>::zeros([2, 3]);
        let error = x.linear_recurrence(&Tensor::zeros([3]), 0).unwrap_err();
        assert_eq!(
            error.to_string(),
            "linear_recurrence: shapes [2, 3] and [3]; expected the same twice"
        );
    }
}
