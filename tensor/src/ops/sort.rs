//! Elements in order: `argsort` says where they stand, `sort` brings them there.

use super::rows::map_rows_to;
use crate::kernels::parallel::{Work, for_each_chunk, rows_per_chunk};
use crate::{Element, Result, Tensor};

/// Elements that one thread sorts at a time.
const CHUNK: usize = 1 << 12;
/// Nanoseconds an element.
const COST: f64 = 20.0;

impl<T: Element> Tensor<T> {
    /// The positions along `axis` that put the elements in ascending (or descending) order, `x[p₀] ≤ x[p₁] ≤ …`. Equal elements keep their
    /// order; NaN counts as larger than every number.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([3.0_f32, 1.0, 2.0, 1.0]);
    /// assert_eq!(x.argsort(0, false)?.to_vec(), [1, 3, 2, 0]);
    /// assert_eq!(x.argsort(0, true)?.to_vec(), [0, 2, 1, 3]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn argsort(&self, axis: isize, descending: bool) -> Result<Tensor<i64>> {
        positions("argsort", self, axis, None, descending)
    }

    /// The elements along `axis` in ascending (or descending) order, `y[i] = x[pᵢ]` with `y[0] ≤ y[1] ≤ …`, and where each one stood, `pᵢ`, as by
    /// [`argsort`](Tensor::argsort).
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let (values, positions) = Tensor::from([3_i64, 1, 2]).sort(0, false)?;
    /// assert_eq!((values.to_vec(), positions.to_vec()), (vec![1, 2, 3], vec![1, 2, 0]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn sort(&self, axis: isize, descending: bool) -> Result<(Self, Tensor<i64>)> {
        let at = positions("sort", self, axis, None, descending)?;
        Ok((self.gather(axis, &at)?, at))
    }
}

/// The positions of the first `count` elements (of all, if `None`) along `axis`, in order.
pub(super) fn positions<T: Element>(
    op: &str,
    x: &Tensor<T>,
    axis: isize,
    count: Option<usize>,
    descending: bool,
) -> Result<Tensor<i64>> {
    map_rows_to(op, x, axis, count, |x, width, y| {
        let count = count.unwrap_or(width);
        if count == 0 {
            return;
        }
        let rows = rows_per_chunk(width, CHUNK);
        for_each_chunk(
            y,
            rows * count,
            Work::per_element(x.len(), COST),
            |index, y| {
                let x = &x[index * rows * width..];
                for (x, y) in x.chunks(width).zip(y.chunks_mut(count)) {
                    // Turned round, the keys of a descending order ascend.
                    let turn = if descending { u64::MAX } else { 0 };
                    let keys = x.iter().zip(0..).map(|(x, i)| (x.order_key() ^ turn, i));
                    first(keys.collect(), y);
                }
            },
        );
    })
}

/// The numbers of the smallest keys, as many as `out` holds, in order. Equal keys go by their numbers.
fn first(mut keys: Vec<(u64, i64)>, out: &mut [i64]) {
    if out.len() < keys.len() {
        keys.select_nth_unstable(out.len());
    }
    let keys = &mut keys[..out.len()];
    keys.sort_unstable();
    for (out, (_, index)) in out.iter_mut().zip(keys) {
        *out = *index;
    }
}

#[cfg(test)]
mod tests {
    use crate::{Rng, Tensor};

    #[test]
    fn equal_ones_keep_their_order_and_nan_is_the_largest() {
        let x = Tensor::from([f64::NAN, 0.0, f64::INFINITY, -0.0, -1.0]);
        assert_eq!(x.argsort(0, false).unwrap().to_vec(), [4, 1, 3, 2, 0]);
        assert_eq!(x.argsort(0, true).unwrap().to_vec(), [0, 2, 1, 3, 4]);
        let x = Tensor::from([i64::MAX, i64::MIN, i64::MAX - 1, 0]);
        assert_eq!(x.argsort(0, false).unwrap().to_vec(), [1, 3, 2, 0]);
        assert_eq!(
            Tensor::from([true, false])
                .sort(0, false)
                .unwrap()
                .0
                .to_vec(),
            [false, true]
        );
    }

    #[test]
    fn any_axis_on_any_number_of_threads() {
        let x = Tensor::<f32>::randn([40, 60, 50], &mut Rng::seed(1))
            .flip(1)
            .unwrap();
        let (sorted, at) = x.sort(1, false).unwrap();
        for (i, k) in [(0, 0), (39, 49), (17, 3)] {
            let column = |t: &Tensor<f32>| t.select(2, k).unwrap().select(0, i).unwrap().to_vec();
            let mut expected = column(&x);
            expected.sort_by(f32::total_cmp);
            assert_eq!(column(&sorted), expected);
        }
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(3)
            .build()
            .unwrap();
        assert_eq!(pool.install(|| x.argsort(1, false)).unwrap(), at);
        assert_eq!(
            Tensor::<f32>::zeros([2, 0])
                .argsort(1, false)
                .unwrap()
                .shape(),
            [2, 0]
        );
    }
}
