//! The product over axes.

use super::reduce::{Form, Plan};
use super::sum::COST;
use crate::kernels::parallel::{Work, for_each_chunk};
use crate::{Axes, Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The product over `axes`: `y = Π x`; 1 where there is nothing to multiply, NaN where there is one.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.prod(0)?.to_vec(), [3.0, 8.0]);
    /// assert_eq!(x.prod(..)?.item()?, 24.0);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or named twice.
    pub fn prod(&self, axes: impl Into<Axes>) -> Result<Self> {
        let plan = Plan::new("prod", self, &axes.into(), Form::RowsOrColumns)?;
        if plan.inner == 1 {
            return Ok(plan.rows(COST, product));
        }
        let (x, inner) = (plan.elements(), plan.inner);
        Ok(Tensor::build(plan.shape.clone(), |y| {
            let work = Work::per_element(x.len(), COST);
            for_each_chunk(y, inner, work, |outer, y| {
                y.fill(T::one());
                let block = plan.length * inner;
                for row in x[outer * block..][..block].chunks_exact(inner) {
                    y.iter_mut().zip(row).for_each(|(y, &x)| *y *= x);
                }
            });
        }))
    }
}

/// Products that don't wait for each other.
const LANES: usize = 16;

fn product<T: Float>(row: &[T]) -> T {
    let mut lanes = [T::one(); LANES];
    let (blocks, rest) = row.as_chunks::<LANES>();
    for block in blocks {
        for (lane, &x) in lanes.iter_mut().zip(block) {
            *lane *= x;
        }
    }
    let all = lanes.iter().chain(rest);
    all.fold(T::one(), |product, &x| product * x)
}

#[cfg(test)]
mod tests {
    use crate::{Rng, Tensor};

    #[test]
    fn any_axes_of_any_length() {
        for length in [1, 15, 16, 17, 50] {
            let sizes = [2, length, 3];
            let x = Tensor::<f64>::uniform(sizes, 0.5, 1.5, &mut Rng::seed(1)).unwrap();
            let y = x.prod(1).unwrap();
            let across = x.transpose(1, 2).unwrap().prod(2).unwrap();
            let all = x.prod(..).unwrap().item().unwrap();
            let mut of_all = 1.0;
            for (i, k) in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)] {
                let along = (0..length as isize).map(|j| x.at(&[i, j, k]).unwrap());
                let product: f64 = along.product();
                of_all *= product;
                for y in [&y, &across] {
                    assert!((y.at(&[i, k]).unwrap() / product - 1.0).abs() < 1e-14);
                }
            }
            assert!((all / of_all - 1.0).abs() < 1e-13);
        }
    }

    #[test]
    fn nothing_multiplies_to_one() {
        assert_eq!(
            Tensor::<f32>::zeros([0, 3]).prod(0).unwrap().to_vec(),
            [1.0; 3]
        );
        assert_eq!(
            Tensor::from([2.0, 0.0, 5.0])
                .prod(..)
                .unwrap()
                .item()
                .unwrap(),
            0.0
        );
        assert!(
            Tensor::from([2.0, f64::NAN, 0.0])
                .prod(..)
                .unwrap()
                .item()
                .unwrap()
                .is_nan()
        );
    }
}
