//! The functions of rows over the threads: chunks of rows that depend on the lengths alone, each given to the kernel of one thread.

use super::{check_norm, check_targets};
use crate::kernels::parallel::{self, Work, rows_per_chunk};
use crate::storage::Storage;
use crate::{Float, Shape};

/// Elements of a parallel chunk.
const CHUNK: usize = 16 * 1024;
/// Nanoseconds an element takes.
const COST: f64 = 1.0;

/// Calls `body(first row, rows of y)` for chunks of rows, over the threads where it pays.
fn by_rows<T: Float>(width: usize, y: &mut [T], body: impl Fn(usize, &mut [T]) + Sync) {
    if y.is_empty() {
        return;
    }
    let rows = rows_per_chunk(width, CHUNK);
    let work = Work::per_element(y.len(), COST);
    parallel::for_each_chunk(y, rows * width, work, |index, y| body(index * rows, y));
}

/// The elements of `count` of them from row `row` on.
fn part<T>(x: &[T], row: usize, width: usize, count: usize) -> &[T] {
    &x[row * width..row * width + count]
}

/// [`RowKernels::softmax`](super::RowKernels::softmax), over the threads where it pays.
pub fn softmax<T: Float>(x: &[T], width: usize, y: &mut [T]) {
    by_rows(width, y, |row, y| {
        T::softmax(part(x, row, width, y.len()), width, y)
    });
}

/// [`RowKernels::softmax_grad`](super::RowKernels::softmax_grad), over the threads where it pays.
pub fn softmax_grad<T: Float>(y: &[T], gy: &[T], width: usize, gx: &mut [T]) {
    by_rows(width, gx, |row, gx| {
        let count = gx.len();
        T::softmax_grad(
            part(y, row, width, count),
            part(gy, row, width, count),
            width,
            gx,
        );
    });
}

/// [`RowKernels::log_softmax`](super::RowKernels::log_softmax), over the threads where it pays.
pub fn log_softmax<T: Float>(x: &[T], width: usize, y: &mut [T]) {
    by_rows(width, y, |row, y| {
        T::log_softmax(part(x, row, width, y.len()), width, y)
    });
}

/// [`RowKernels::log_softmax_grad`](super::RowKernels::log_softmax_grad), over the threads where it pays.
pub fn log_softmax_grad<T: Float>(y: &[T], gy: &[T], width: usize, gx: &mut [T]) {
    by_rows(width, gx, |row, gx| {
        let count = gx.len();
        T::log_softmax_grad(
            part(y, row, width, count),
            part(gy, row, width, count),
            width,
            gx,
        );
    });
}

/// [`RowKernels::logsumexp`](super::RowKernels::logsumexp), over the threads where it pays. Rows of width 0 give −∞.
pub fn logsumexp<T: Float>(x: &[T], width: usize, y: &mut [T]) {
    if width == 0 {
        return y.fill(T::NEG_INFINITY);
    }
    let rows = rows_per_chunk(width, CHUNK);
    let work = Work::per_element(x.len(), COST);
    parallel::for_each_chunk(y, rows, work, |index, y| {
        T::logsumexp(part(x, index * rows, width, y.len() * width), width, y);
    });
}

/// [`RowKernels::layer_norm`](super::RowKernels::layer_norm), over the threads where it pays.
pub fn layer_norm<T: Float>(
    x: &[T],
    gamma: Option<&[T]>,
    beta: Option<&[T]>,
    epsilon: f64,
    y: &mut [T],
    mean: &mut [T],
    rstd: &mut [T],
) {
    if x.is_empty() {
        return;
    }
    let width = check_norm(&[x.len(), y.len()], mean, rstd, &[gamma, beta]);
    let rows = rows_per_chunk(width, CHUNK);
    let work = Work::per_element(x.len(), COST);
    parallel::for_each_chunk3(
        (y, rows * width),
        (mean, rows),
        (rstd, rows),
        work,
        |index, y, mean, rstd| {
            let x = part(x, index * rows, width, y.len());
            T::layer_norm(x, gamma, beta, epsilon, y, mean, rstd);
        },
    );
}

/// [`RowKernels::layer_norm_grad`](super::RowKernels::layer_norm_grad), over the threads where it pays.
pub fn layer_norm_grad<T: Float>(
    x: &[T],
    gy: &[T],
    gamma: Option<&[T]>,
    mean: &[T],
    rstd: &[T],
    gx: &mut [T],
) {
    if x.is_empty() {
        return;
    }
    let width = check_norm(&[x.len(), gy.len(), gx.len()], mean, rstd, &[gamma]);
    by_rows(width, gx, |row, gx| {
        let (count, rows) = (gx.len(), gx.len() / width);
        T::layer_norm_grad(
            part(x, row, width, count),
            part(gy, row, width, count),
            gamma,
            part(mean, row, 1, rows),
            part(rstd, row, 1, rows),
            gx,
        );
    });
}

/// [`RowKernels::layer_norm_grad_parameters`](super::RowKernels::layer_norm_grad_parameters), over the threads where it pays: each chunk of rows has sums of its own, which are
/// then added in the order of the chunks.
pub fn layer_norm_grad_parameters<T: Float>(
    x: &[T],
    gy: &[T],
    mean: &[T],
    rstd: &[T],
    ggamma: &mut [T],
    gbeta: &mut [T],
) {
    if x.is_empty() {
        return;
    }
    let width = check_norm(
        &[x.len(), gy.len()],
        mean,
        rstd,
        &[Some(ggamma), Some(gbeta)],
    );
    let rows = rows_per_chunk(width, CHUNK);
    let chunks = mean.len().div_ceil(rows);
    let work = Work::per_element(x.len(), COST);
    let mut gammas = Storage::filled(&Shape::from([chunks * width]), T::ZERO);
    let mut betas = Storage::filled(&Shape::from([chunks * width]), T::ZERO);
    parallel::for_each_chunk2(
        (gammas.slice_mut(), width),
        (betas.slice_mut(), width),
        work,
        |index, ggamma, gbeta| {
            let row = index * rows;
            let here = rows.min(mean.len() - row);
            T::layer_norm_grad_parameters(
                part(x, row, width, here * width),
                part(gy, row, width, here * width),
                part(mean, row, 1, here),
                part(rstd, row, 1, here),
                ggamma,
                gbeta,
            );
        },
    );
    T::add_rows(gammas.slice(), ggamma);
    T::add_rows(betas.slice(), gbeta);
}

/// [`RowKernels::cross_entropy`](super::RowKernels::cross_entropy), over the threads where it pays.
pub fn cross_entropy<T: Float>(x: &[T], targets: &[i64], loss: &mut [T], logsumexp: &mut [T]) {
    if targets.is_empty() {
        return;
    }
    let width = check_targets(&[x.len()], targets, &[loss.len(), logsumexp.len()]);
    let rows = rows_per_chunk(width, CHUNK);
    let work = Work::per_element(x.len(), COST);
    parallel::for_each_chunk2(
        (loss, rows),
        (logsumexp, rows),
        work,
        |index, loss, logsumexp| {
            let (row, here) = (index * rows, loss.len());
            let x = part(x, row, width, here * width);
            T::cross_entropy(x, part(targets, row, 1, here), loss, logsumexp);
        },
    );
}

/// [`RowKernels::cross_entropy_grad`](super::RowKernels::cross_entropy_grad), over the threads where it pays.
pub fn cross_entropy_grad<T: Float>(
    x: &[T],
    targets: &[i64],
    logsumexp: &[T],
    scale: &[T],
    gx: &mut [T],
) {
    if targets.is_empty() {
        return;
    }
    let lengths = [logsumexp.len(), scale.len()];
    let width = check_targets(&[x.len(), gx.len()], targets, &lengths);
    by_rows(width, gx, |row, gx| {
        let (count, rows) = (gx.len(), gx.len() / width);
        T::cross_entropy_grad(
            part(x, row, width, count),
            part(targets, row, 1, rows),
            part(logsumexp, row, 1, rows),
            part(scale, row, 1, rows),
            gx,
        );
    });
}
