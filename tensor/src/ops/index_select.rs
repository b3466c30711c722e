//! Rows by number, the lookup in an embedding table; and its adjoint.

use super::from_front::from_front;
use crate::kernels::parallel::{Work, for_each_chunk, rows_per_chunk};
use crate::{Element, Error, Float, Result, Shape, Tensor, axis_index};

/// Elements that one thread moves at a time.
const CHUNK: usize = 1 << 13;

/// A tensor as [outer, axis, inner] around one axis.
struct Around {
    outer: usize,
    size: usize,
    inner: usize,
}

impl Around {
    fn new(shape: &[usize], axis: usize) -> Self {
        Around {
            outer: shape[..axis].iter().product(),
            size: shape[axis],
            inner: shape[axis + 1..].iter().product(),
        }
    }
}

/// The shape with `axis` replaced by the axes of the indices.
fn selected(shape: &[usize], axis: usize, indices: &[usize]) -> Shape {
    let mut sizes = shape.to_vec();
    sizes.splice(axis..=axis, indices.iter().copied());
    Shape::from(sizes)
}

impl<T: Element> Tensor<T> {
    /// The positions `indices` along `axis`, in their order and as often as they are named: `y[…, j, …] = x[…, indices[j], …]`; negative ones count
    /// from the end. The axes of `indices`, of which there may be any number, take the place of `axis`: a table `[words, width]` with indices
    /// `[batch, time]` along axis 0 gives `[batch, time, width]`.
    ///
    /// # Errors
    /// If the tensor has no such axis, an index lies outside of it, or the result is larger than memory.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let table = Tensor::from([[0.0, 0.5], [1.0, 1.5], [2.0, 2.5]]);
    /// let rows = table.index_select(0, &Tensor::from([-1, 0]))?;
    /// assert_eq!(rows, Tensor::from([[2.0, 2.5], [0.0, 0.5]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn index_select(&self, axis: isize, indices: &Tensor<i64>) -> Result<Self> {
        self.index_select_for("index_select", axis, indices)
    }

    /// [`index_select`](Tensor::index_select), `y[…, j, …] = x[…, indices[j], …]`, as a step of the operation `op`, which errors then name.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let table = Tensor::from([0.5, 1.5]);
    /// assert_eq!(table.index_select_for("lookup", 0, &Tensor::from([1, 1, 0]))?.to_vec(), [1.5, 1.5, 0.5]);
    /// let error = table.index_select_for("lookup", 0, &Tensor::from([2])).unwrap_err();
    /// assert!(error.to_string().starts_with("lookup: "));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// As `index_select`.
    pub fn index_select_for(&self, op: &str, axis: isize, indices: &Tensor<i64>) -> Result<Self> {
        let at = axis_index(op, axis, self.rank())?;
        let Around {
            outer: _,
            size,
            inner,
        } = Around::new(self.shape(), at);
        let shape = selected(self.shape(), at, indices.shape());
        shape.check_fits(op, size_of::<T>())?;
        let indices_row = from_front(op, indices, axis, size)?.contiguous();
        let list = indices_row.as_slice().unwrap_or_default();
        let source = self.contiguous();
        let values = source.as_slice().unwrap_or_default();
        Ok(Tensor::build(shape, |out| {
            let elements = out.len();
            if elements == 0 {
                return;
            }
            let rows = rows_per_chunk(inner, CHUNK);
            let work = Work::per_element(elements, 0.3 + 2.0 / inner as f64);
            for_each_chunk(out, rows * inner, work, |index, out| {
                for (i, out) in out.chunks_exact_mut(inner).enumerate() {
                    let row = index * rows + i;
                    let from = (row / list.len() * size + list[row % list.len()] as usize) * inner;
                    out.copy_from_slice(&values[from..from + inner]);
                }
            });
        }))
    }

    /// The elements at the flat, row-major `indices`, in the shape of these: `y[j] = flat x[indices[j]]`. Negative indices count from the end.
    ///
    /// # Errors
    /// If an index lies outside of the elements.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.take(&Tensor::from([[-1], [0]]))?, Tensor::from([[4.0], [1.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn take(&self, indices: &Tensor<i64>) -> Result<Self> {
        self.flatten(0, -1)?.index_select_for("take", 0, indices)
    }
}

impl<T: Float> Tensor<T> {
    /// The tensor with `source` added at the positions `indices` along `axis`, `x[…, indices[j], …] += source[…, j, …]`, the adjoint of
    /// [`index_select`](Tensor::index_select): NaN added to anything is NaN. `source` has the shape that it returns for these indices. What is named
    /// several times is added several times, in the order of `indices`, so that the sums are the same on any number of
    /// threads. Negative indices count from the end.
    ///
    /// # Errors
    /// If the tensor has no such axis, an index is out of range, or `source` has another shape.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let mut gradient = Tensor::<f32>::zeros([3, 2]);
    /// gradient.index_add_assign(0, &Tensor::from([2, 0, 2]), &Tensor::ones([3, 2]))?;
    /// assert_eq!(gradient, Tensor::from([[1.0, 1.0], [0.0, 0.0], [2.0, 2.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn index_add_assign(
        &mut self,
        axis: isize,
        indices: &Tensor<i64>,
        source: &Self,
    ) -> Result<()> {
        let at = axis_index("index_add", axis, self.rank())?;
        let Around { outer, size, inner } = Around::new(self.shape(), at);
        let indices_row = from_front("index_add", indices, axis, size)?.contiguous();
        let list = indices_row.as_slice().unwrap_or_default();
        let expected = selected(self.shape(), at, indices.shape());
        if source.shape() != &*expected {
            return Err(Error::shape(
                "index_add",
                format!(
                    "source of shape {:?} for {:?} with indices {:?} along axis {axis}; expected {expected:?}",
                    source.shape(),
                    self.shape(),
                    indices.shape()
                ),
            ));
        }
        if source.elements() == 0 {
            return Ok(());
        }
        let source = source.contiguous();
        let values = source.as_slice().unwrap_or_default();
        let add = |out: &mut [T], row: usize, from: usize| {
            let to = row * inner;
            for (y, &x) in out[to..to + inner].iter_mut().zip(&values[from * inner..]) {
                *y += x;
            }
        };
        let work = Work::per_element(values.len(), 0.5 + 2.0 / inner as f64);
        let out = self.make_mut();
        if outer > 1 {
            for_each_chunk(out, size * inner, work, |index, out| {
                for (j, &row) in list.iter().enumerate() {
                    add(out, row as usize, index * list.len() + j);
                }
            });
            return Ok(());
        }
        // Each chunk of rows has one thread that adds to it, and takes its sources in order.
        let rows = rows_per_chunk(inner, CHUNK);
        let mut sources = vec![Vec::new(); size.div_ceil(rows)];
        for (j, &row) in list.iter().enumerate() {
            sources[row as usize / rows].push(j);
        }
        for_each_chunk(out, rows * inner, work, |index, out| {
            for &j in &sources[index] {
                add(out, list[j] as usize - index * rows, j);
            }
        });
        Ok(())
    }

    /// A copy with `source` added, `y[…, indices[j], …] += source[…, j, …]`, as by [`index_add_assign`](Tensor::index_add_assign).
    ///
    /// # Errors
    /// As there.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1.0, 2.0]).index_add(0, &Tensor::from([1, 1]), &Tensor::from([10.0, 20.0]))?;
    /// assert_eq!(x, Tensor::from([1.0, 32.0]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn index_add(&self, axis: isize, indices: &Tensor<i64>, source: &Self) -> Result<Self> {
        let mut sum = self.clone();
        sum.index_add_assign(axis, indices, source)?;
        Ok(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_along_any_axis_of_any_view() {
        let x = Tensor::arange(0_i64, 60, 1)
            .unwrap()
            .reshape([3, 4, 5])
            .unwrap();
        let x = x.transpose(0, 2).unwrap();
        let indices = Tensor::from([[1_i64, 0, 1], [2, 2, 0]])
            .transpose(0, 1)
            .unwrap();
        let y = x.index_select(1, &indices).unwrap();
        assert_eq!(y.shape(), [5, 3, 2, 3]);
        for n in 0..90 {
            let (i, a, b, k) = (n / 18, n / 6 % 3, n / 3 % 2, n % 3);
            let j = indices.at(&[a, b]).unwrap() as isize;
            assert_eq!(y.at(&[i, a, b, k]).unwrap(), x.at(&[i, j, k]).unwrap());
        }
        let one = x.index_select(-1, &Tensor::scalar(2)).unwrap();
        assert_eq!(one, x.select(-1, 2).unwrap());
        let none = Tensor::<i64>::zeros([0]);
        assert_eq!(x.index_select(0, &none).unwrap().shape(), [0, 4, 3]);
        assert_eq!(
            Tensor::<f32>::zeros([3, 0])
                .index_select(0, &Tensor::from([2]))
                .unwrap()
                .shape(),
            [1, 0]
        );
    }

    #[test]
    fn sums_by_the_definition_on_any_number_of_threads() {
        let rng = &mut crate::Rng::seed(1);
        for (shape, axis, count) in [
            ([700, 33, 1], 0, 5000),
            ([3, 50, 70], 1, 400),
            ([4, 5, 60], 2, 90),
        ] {
            let size = shape[axis as usize];
            let indices = Tensor::randint([count], 0..size as i64, rng).unwrap();
            let mut source_shape = shape;
            source_shape[axis as usize] = count;
            let source = Tensor::<f64>::randn(source_shape, rng);
            let start = Tensor::<f64>::randn(shape, rng);
            let mut expected = start.to_vec();
            let Around { outer, size, inner } = Around::new(&shape, axis as usize);
            let (from, list) = (source.to_vec(), indices.to_vec());
            for o in 0..outer {
                for (j, &row) in list.iter().enumerate() {
                    for k in 0..inner {
                        expected[(o * size + row as usize) * inner + k] +=
                            from[(o * count + j) * inner + k];
                    }
                }
            }
            for threads in [1, 2, 5] {
                let pool = rayon::ThreadPoolBuilder::new()
                    .num_threads(threads)
                    .build()
                    .unwrap();
                let sum = pool
                    .install(|| start.index_add(axis, &indices, &source))
                    .unwrap();
                assert!(sum.to_vec() == expected, "{shape:?} on {threads} threads");
            }
        }
    }

    #[test]
    fn negative_indices_count_from_the_end() {
        let x = Tensor::from([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
        let at = Tensor::from([-1, 0, -3]);
        let y = x.index_select(0, &at).unwrap();
        assert_eq!(y, Tensor::from([[5.0, 6.0], [1.0, 2.0], [1.0, 2.0]]));
        // What is named from both ends meets.
        let sum = x.index_add(0, &at, &Tensor::ones([3, 2])).unwrap();
        assert_eq!(sum, Tensor::from([[3.0, 4.0], [3.0, 4.0], [6.0, 7.0]]));
        let last = x.take(&Tensor::scalar(-1)).unwrap();
        assert_eq!(last.item().unwrap(), 6.0);
    }

    #[test]
    fn an_index_out_of_range_is_named() {
        let x = Tensor::<f32>::zeros([3, 2]);
        assert_eq!(
            x.index_select(0, &Tensor::from([[0, 1], [3, 2]]))
                .unwrap_err()
                .to_string(),
            "index_select: index 3 (number 2 of 4) is out of range for axis 0, which has size 3; expected -3 to below 3"
        );
        assert!(
            x.index_select(-1, &Tensor::from([-3]))
                .unwrap_err()
                .to_string()
                .contains("index -3")
        );
        assert_eq!(
            x.take(&Tensor::from([6])).unwrap_err().to_string(),
            "take: index 6 (number 0 of 1) is out of range for axis 0, which has size 6; expected -6 to below 6"
        );
        let often = Tensor::from([0]).broadcast_to([1 << 24]).unwrap();
        let wide = x.broadcast_to([1 << 20, 3, 2]).unwrap();
        assert!(wide.index_select(1, &often).is_err());
        assert!(x.index_select(2, &Tensor::from([0])).is_err());
        let err = x
            .index_add(0, &Tensor::from([0, 1]), &Tensor::zeros([2, 3]))
            .unwrap_err();
        assert_eq!(
            err.to_string(),
            "index_add: source of shape [2, 3] for [3, 2] with indices [2] along axis 0; expected [2, 2]"
        );
        assert!(
            x.index_add(0, &Tensor::from([9]), &Tensor::zeros([1, 2]))
                .is_err()
        );
    }
}
