//! Running results along an axis: each element is made of all before it. What `cumsum` and its kin share.

use super::rows::map_rows;
use crate::kernels::parallel::{Work, for_each_chunk, rows_per_chunk};
use crate::{Float, Result, Tensor};

/// Elements that one thread handles at a time.
pub(super) const CHUNK: usize = 1 << 13;

/// Nanoseconds of one step that waits for the one before.
pub(super) const COST: f64 = 0.8;

/// `run(row, out)` for each row along `axis`; `cost` is its nanoseconds an element.
pub(super) fn running<T: Float>(
    op: &str,
    x: &Tensor<T>,
    axis: isize,
    cost: f64,
    run: fn(&[T], &mut [T]),
) -> Result<Tensor<T>> {
    map_rows(op, x, axis, |x, width, y| {
        if width == 0 {
            return;
        }
        let rows = rows_per_chunk(width, CHUNK) * width;
        for_each_chunk(y, rows, Work::per_element(x.len(), cost), |index, y| {
            for (x, y) in x[index * rows..].chunks(width).zip(y.chunks_mut(width)) {
                run(x, y);
            }
        });
    })
}
