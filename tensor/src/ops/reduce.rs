//! The plan behind every reduction: any axes of any view, brought to the one form that the kernels have.
//!
//! A row-major tensor of which the reduced axes stand side by side is `[outer, length, inner]`: reduce the middle. With
//! `inner = 1` each result is the reduction of a contiguous row; otherwise whole rows are combined element by element.
//! Axes that don't stand side by side, and views with gaps, are brought into this form by a copy.

use crate::kernels::parallel::{Work, for_each_chunk, rows_per_chunk};
use crate::{Axes, Element, Error, Result, Shape, Tensor};

/// A row-major tensor seen as `[outer, length, inner]`, of which `length` is reduced.
pub(crate) struct Plan<T: Element> {
    x: Tensor<T>,
    /// The shape of what was given, before its axes were moved.
    given: Shape,
    /// Results that don't share a row with others.
    pub(crate) outer: usize,
    /// Elements behind each result.
    pub(crate) length: usize,
    /// Results that lie side by side.
    pub(crate) inner: usize,
    /// The shape of the result.
    pub(crate) shape: Shape,
}

/// Which forms a reduction has kernels for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Form {
    /// Contiguous rows only.
    Rows,
    /// Contiguous rows, or columns of several results side by side.
    RowsOrColumns,
}

impl<T: Element> Plan<T> {
    /// The plan for reducing `axes` of `x`.
    pub(crate) fn new(op: &str, x: &Tensor<T>, axes: &Axes, form: Form) -> Result<Self> {
        let reduced = axes.resolve(op, x.rank())?;
        let kept = (0..x.rank()).filter(|axis| !reduced.contains(axis));
        let order: Vec<usize> = kept.clone().chain(reduced.iter().copied()).collect();
        let sizes = x.shape();
        let shape: Vec<usize> = if axes.keeps_dims() {
            (0..x.rank())
                .map(|axis| {
                    if reduced.contains(&axis) {
                        1
                    } else {
                        sizes[axis]
                    }
                })
                .collect()
        } else {
            kept.map(|axis| sizes[axis]).collect()
        };
        // Results are elements, or positions of elements.
        Shape::from(&shape).check_fits(op, size_of::<T>().max(size_of::<i64>()))?;
        let length = reduced.iter().map(|&axis| sizes[axis]).product();
        let results: usize = shape.iter().product();
        let rows = |x: Tensor<T>| Plan {
            x,
            given: Shape::from(sizes),
            outer: results,
            length,
            inner: 1,
            shape: Shape::from(&shape),
        };

        // Where the reduced axes are the fastest already, whatever their order among the others, nothing moves.
        let last = x.layout().permute(&order);
        if last.is_contiguous() {
            return Ok(rows(x.view(last)));
        }
        let may_copy = || Shape::from(sizes).check_fits(op, size_of::<T>());
        let together = match (reduced.first(), reduced.last()) {
            (Some(&first), Some(&end)) => end - first + 1 == reduced.len(),
            _ => false,
        };
        if form == Form::RowsOrColumns && together {
            // Likewise where the reduced axes are the slowest.
            let first: Vec<usize> = reduced
                .iter()
                .copied()
                .chain(order[..x.rank() - reduced.len()].iter().copied())
                .collect();
            let first = x.layout().permute(&first);
            if first.is_contiguous() {
                return Ok(Plan {
                    x: x.view(first),
                    given: Shape::from(sizes),
                    outer: 1,
                    length,
                    inner: results,
                    shape: Shape::from(&shape),
                });
            }
            if !x.is_contiguous() {
                may_copy()?;
            }
            let outer = sizes[..reduced[0]].iter().product();
            let inner = sizes[reduced[reduced.len() - 1] + 1..].iter().product();
            return Ok(Plan {
                x: x.contiguous(),
                given: Shape::from(sizes),
                outer,
                length,
                inner,
                shape: Shape::from(&shape),
            });
        }
        may_copy()?;
        Ok(rows(x.view(last).copied()))
    }

    /// The elements, `[outer, length, inner]` in row-major order.
    pub(crate) fn elements(&self) -> &[T] {
        self.x.as_slice().expect("a plan's tensor is row-major")
    }

    /// An error unless there is something to reduce, for reductions that have no value over nothing.
    pub(crate) fn expect_elements(self, op: &str) -> Result<Self> {
        if self.length == 0 && self.shape.elements() > 0 {
            return Err(Error::shape(
                op,
                format!(
                    "no elements along the axes of shape {:?}; expected at least one",
                    self.given
                ),
            ));
        }
        Ok(self)
    }

    /// One value a row: `reduce(row)` for each of the `outer` rows, which are contiguous.
    pub(crate) fn rows<Y: Element>(
        &self,
        cost: f64,
        reduce: impl Fn(&[T]) -> Y + Sync,
    ) -> Tensor<Y> {
        debug_assert_eq!(self.inner, 1);
        let (x, length) = (self.elements(), self.length);
        Tensor::build(self.shape.clone(), |y| {
            let chunk = rows_per_chunk(length, ROWS_CHUNK);
            let work = Work::per_element(y.len() * length, cost);
            for_each_chunk(y, chunk, work, |index, y| {
                for (row, y) in y.iter_mut().enumerate() {
                    let start = (index * chunk + row) * length;
                    *y = reduce(&x[start..start + length]);
                }
            });
        })
    }
}

/// Elements that one thread takes at a time when many rows are reduced.
const ROWS_CHUNK: usize = 32 << 10;

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::memory::has_room;

    /// A view of numbers that would just fit, whose positions don't.
    #[test]
    fn results_that_no_memory_holds() {
        let mut size = 1 << 20;
        while has_room(size * size_of::<i64>()) {
            size *= 2;
        }
        let x = Tensor::<f32>::ones([1]).broadcast_to([size, 1]).unwrap();
        let message = format!("argmax: a tensor of shape [{size}] doesn't fit into memory");
        assert_eq!(x.argmax(1).unwrap_err().to_string(), message);
    }
}
