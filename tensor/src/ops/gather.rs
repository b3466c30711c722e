//! One element for each index: `y[…, j, …] = x[…, indices[…, j, …], …]`, for instance the log-probability of each
//! label; and its adjoint, `y[…, indices[…, j, …], …] += x[…, j, …]`.

use super::from_front::from_front;
use crate::kernels::parallel::{Work, for_each_chunk, rows_per_chunk};
use crate::layout::Layout;
use crate::walk::Walk;
use crate::{Element, Error, Float, Result, Shape, Tensor, axis_index};

/// Elements that one thread handles at a time.
const CHUNK: usize = 1 << 13;

/// The indices, counted from the front, if they fit a tensor of `shape`: along `axis` by value, along all others by size.
fn fitting(
    op: &str,
    shape: &[usize],
    axis: isize,
    at: usize,
    indices: &Tensor<i64>,
) -> Result<Tensor<i64>> {
    let fits = indices.rank() == shape.len()
        && indices
            .shape()
            .iter()
            .zip(shape)
            .enumerate()
            .all(|(k, (i, x))| k == at || i <= x);
    if !fits {
        return Err(Error::shape(
            op,
            format!(
                "indices of shape {:?} for shape {shape:?} along axis {axis}; expected the same rank, and no larger \
                 size but for that axis",
                indices.shape()
            ),
        ));
    }
    from_front(op, indices, axis, shape[at])
}

/// `layout` in the shape of the indices, standing still along `axis`: where each index counts from.
fn bases(layout: &Layout, axis: usize, indices: &[usize]) -> Layout {
    let mut strides = layout.strides();
    strides[axis] = 0;
    Layout::strided(Shape::new(indices), strides, layout.offset())
}

impl<T: Element> Tensor<T> {
    /// For each index the element that lies there along `axis`, at the index's own place along the others:
    /// `y[i, j] = x[indices[i, j], j]` along axis 0. The result has the shape of `indices`, of which negative ones count from the end.
    ///
    /// # Errors
    /// If the tensor has no such axis, `indices` has another rank or is larger along another axis, or an index lies outside
    /// of the axis.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[0.1, 0.2, 0.7], [0.5, 0.3, 0.2]]);
    /// let labels = Tensor::from([[2], [0]]);
    /// assert_eq!(x.gather(1, &labels)?, Tensor::from([[0.7], [0.5]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn gather(&self, axis: isize, indices: &Tensor<i64>) -> Result<Self> {
        let at = axis_index("gather", axis, self.rank())?;
        let indices = &fitting("gather", self.shape(), axis, at, indices)?;
        let stride = self.strides()[at];
        let bases = bases(self.layout(), at, indices.shape());
        let walk = Walk::new([&bases, indices.layout()]);
        let [base_step, index_step] = walk.inner_steps();
        let (values, numbers) = (self.buffer(), indices.buffer());
        let work = Work::per_element(indices.elements(), 1.5);
        let shape = indices.layout().shape().clone();
        shape.check_fits("gather", size_of::<T>())?;
        Ok(Tensor::build(shape, |out| {
            for_each_chunk(out, CHUNK, work, |chunk, out| {
                let from = chunk * CHUNK;
                walk.segments(
                    from,
                    from + out.len(),
                    |[mut base, mut place], start, len| {
                        for value in &mut out[start..start + len] {
                            *value =
                                values[base.wrapping_add_signed(numbers[place] as isize * stride)];
                            base = base.wrapping_add_signed(base_step);
                            place = place.wrapping_add_signed(index_step);
                        }
                    },
                );
            });
        }))
    }
}

impl<T: Float> Tensor<T> {
    /// Adds each element of `source` where its index says along `axis`, at its own place along the others,
    /// `x[indices[i, j], j] += source[i, j]` along axis 0: the adjoint of [`gather`](Tensor::gather). Negative indices count from the end. NaN
    /// added to anything is NaN. What meets in one place is added in row-major order of `source`, on any number of threads.
    ///
    /// # Errors
    /// As `gather`, or if `source` and `indices` differ in shape.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let mut x = Tensor::<f32>::zeros([2, 3]);
    /// x.scatter_add_assign(1, &Tensor::from([[2, 2], [0, 1]]), &Tensor::from([[1.0, 2.0], [3.0, 4.0]]))?;
    /// assert_eq!(x, Tensor::from([[0.0, 0.0, 3.0], [3.0, 4.0, 0.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn scatter_add_assign(
        &mut self,
        axis: isize,
        indices: &Tensor<i64>,
        source: &Self,
    ) -> Result<()> {
        scatter_assign("scatter_add", self, axis, indices, source, |y, x| y + x)
    }

    /// A copy with `source` added, `y[indices[i, j], j] += source[i, j]` along axis 0, as by [`scatter_add_assign`](Tensor::scatter_add_assign).
    ///
    /// # Errors
    /// As there.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1.0, 2.0]).scatter_add(0, &Tensor::from([1, 1]), &Tensor::from([10.0, 20.0]))?;
    /// assert_eq!(x, Tensor::from([1.0, 32.0]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn scatter_add(&self, axis: isize, indices: &Tensor<i64>, source: &Self) -> Result<Self> {
        let mut sum = self.clone();
        sum.scatter_add_assign(axis, indices, source)?;
        Ok(sum)
    }
}

/// Combines each element of `source` with the one of `y` where its index says along `axis`.
pub(super) fn scatter_assign<T: Float>(
    op: &str,
    y: &mut Tensor<T>,
    axis: isize,
    indices: &Tensor<i64>,
    source: &Tensor<T>,
    combine: impl Fn(T, T) -> T + Copy + Sync,
) -> Result<()> {
    let at = axis_index(op, axis, y.rank())?;
    if indices.shape() != source.shape() {
        return Err(Error::shape(
            op,
            format!(
                "indices of shape {:?} for a source of shape {:?}; expected the same",
                indices.shape(),
                source.shape()
            ),
        ));
    }
    let indices = &fitting(op, y.shape(), axis, at, indices)?;
    if source.elements() == 0 {
        return Ok(());
    }
    let shape = y.layout().shape().clone();
    let work = Work::per_element(source.elements(), 2.0);
    let out = y.make_mut();
    // Along axis 0 sources from everywhere meet; behind it each stretch of axis 0 keeps to itself.
    let row = out.len() / shape[0];
    let rows = if at == 0 {
        shape[0]
    } else {
        rows_per_chunk(row, CHUNK)
    };
    let count = indices.shape()[0];
    for_each_chunk(out, rows * row, work, |chunk, out| {
        let from = chunk * rows;
        let len = if at == 0 {
            count
        } else {
            rows.min(count.saturating_sub(from))
        };
        let here = |layout: &Layout| layout.range(0, from.min(count), len, 1);
        combine_serially(
            out,
            &shape,
            at,
            (indices, here(indices.layout())),
            (source, here(source.layout())),
            combine,
        );
    });
    Ok(())
}

/// Combines the part of `source` that its layout names with `out`, a row-major tensor of `shape` from some row on.
fn combine_serially<T: Float>(
    out: &mut [T],
    shape: &Shape,
    axis: usize,
    (indices, index_layout): (&Tensor<i64>, Layout),
    (source, source_layout): (&Tensor<T>, Layout),
    combine: impl Fn(T, T) -> T + Copy + Sync,
) {
    let stride = shape.strides()[axis];
    let bases = bases(
        &Layout::contiguous(shape.clone()),
        axis,
        index_layout.shape(),
    );
    let walk = Walk::new([&bases, &index_layout, &source_layout]);
    let [base_step, index_step, source_step] = walk.inner_steps();
    let (numbers, values) = (indices.buffer(), source.buffer());
    let elements = index_layout.shape().elements();
    walk.segments(0, elements, |[mut base, mut place, mut from], _, len| {
        for _ in 0..len {
            let y = &mut out[base.wrapping_add_signed(numbers[place] as isize * stride)];
            *y = combine(*y, values[from]);
            base = base.wrapping_add_signed(base_step);
            place = place.wrapping_add_signed(index_step);
            from = from.wrapping_add_signed(source_step);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;

    /// Shapes of the tensor and of the indices, and the axis.
    const CASES: [([usize; 3], [usize; 3], isize); 5] = [
        ([3, 4, 5], [7, 4, 5], 0),
        ([3, 4, 5], [2, 9, 3], 1),
        ([300, 40, 3], [299, 40, 5], -1),
        ([4, 4, 4], [4, 0, 4], 1),
        ([1, 5, 6], [1, 5, 2], 2),
    ];

    #[test]
    fn gathers_and_scatters_by_the_definition() {
        let rng = &mut Rng::seed(1);
        for (shape, index_shape, axis) in CASES {
            let at = axis.rem_euclid(3) as usize;
            let x = Tensor::<f64>::randn([shape[2], shape[1], shape[0]], rng)
                .transpose(0, 2)
                .unwrap();
            let size = shape[at] as i64;
            let indices = Tensor::randint(index_shape, -size..size, rng).unwrap();
            let indices = indices.flip(0).unwrap();
            let y = x.gather(axis, &indices).unwrap();
            let source = Tensor::<f64>::randn(index_shape, rng);
            let mut sums = x.to_vec();
            for n in 0..indices.elements() {
                let place = [
                    n / (index_shape[1] * index_shape[2]),
                    n / index_shape[2] % index_shape[1],
                    n % index_shape[2],
                ];
                let signed = place.map(|i| i as isize);
                let mut target = place;
                target[at] = indices.at(&signed).unwrap().rem_euclid(size) as usize;
                assert_eq!(
                    y.at(&signed).unwrap(),
                    x.at(&target.map(|i| i as isize)).unwrap()
                );
                let flat = (target[0] * shape[1] + target[1]) * shape[2] + target[2];
                sums[flat] += source.at(&signed).unwrap();
            }
            for threads in [1, 3] {
                let pool = rayon::ThreadPoolBuilder::new()
                    .num_threads(threads)
                    .build()
                    .unwrap();
                let sum = pool
                    .install(|| x.scatter_add(axis, &indices, &source))
                    .unwrap();
                assert!(
                    sum.to_vec() == sums,
                    "{shape:?} {index_shape:?} {axis} on {threads}"
                );
            }
        }
    }

    #[test]
    fn wrong_indices_are_named() {
        let x = Tensor::<f32>::zeros([2, 3]);
        assert_eq!(
            x.gather(1, &Tensor::from([[0], [3]]))
                .unwrap_err()
                .to_string(),
            "gather: index 3 (number 1 of 2) is out of range for axis 1, which has size 3; expected -3 to below 3"
        );
        assert_eq!(
            x.gather(1, &Tensor::from([0, 1])).unwrap_err().to_string(),
            "gather: indices of shape [2] for shape [2, 3] along axis 1; expected the same rank, and no larger size but for that axis"
        );
        assert!(x.gather(1, &Tensor::zeros([3, 1])).is_err());
        assert!(x.gather(2, &Tensor::zeros([2, 3])).is_err());
        assert_eq!(
            x.scatter_add(1, &Tensor::zeros([2, 1]), &Tensor::zeros([2, 2]))
                .unwrap_err()
                .to_string(),
            "scatter_add: indices of shape [2, 1] for a source of shape [2, 2]; expected the same"
        );
        assert!(
            x.scatter_add(0, &Tensor::from([[2]]), &Tensor::zeros([1, 1]))
                .is_err()
        );
    }
}
