//! One product on several threads: C is cut into tasks whose size depends on the shapes alone, and no sum is ever cut.

use super::blocks::Block;
use super::tile::{Start, piece};
use super::vector::{Columns, Dots};
use super::{Fast, Product};
use crate::kernels::parallel::{self, Work};
use crate::kernels::shared::Shared;
use crate::kernels::{scratch, simd};

/// Multiply-adds that are worth a task of their own.
const TASK: usize = 1 << 18;
/// The most parts that one product is cut into. Each part packs its own operands, so that more would cost more.
const MOST_PARTS: usize = 16;
/// Columns are cut at multiples of this, the widest tile of any level.
const COLUMNS: usize = 32;

/// Nanoseconds that a multiply-add takes on a typical machine.
fn cost<T>(multiply_adds: usize) -> Work {
    Work::per_element(multiply_adds, 0.0045 * size_of::<T>() as f64)
}

/// [`ProductKernels::product`](super::ProductKernels::product), fast.
pub(super) fn product<T: Fast>(product: &Product<'_, T>, c: &mut [T]) {
    let product = &folded(*product);
    let (rows, depth, cols) = (product.a.rows(), product.a.cols(), product.b.cols());
    if c.is_empty() {
        return;
    }
    if depth == 0 {
        return start_row(product, c);
    }
    let batch = product.batch_size();
    let each = rows * depth * cols;
    if batch == 1 && (rows == 1 || cols == 1) {
        return vector(&product.single(0), c);
    }
    let parts = parts(rows, depth, cols);
    let c = Shared::new(c);
    if parts.0 * parts.1 > 1 {
        let tasks = parts.0 * parts.1;
        parallel::for_each(batch * tasks, cost::<T>(batch * each), |task| {
            let index = task / tasks;
            // SAFETY: the tasks are pairs of a product and a part of it, and no pair comes twice.
            unsafe {
                part(
                    &product.single(index),
                    c.at(index * rows * cols),
                    parts,
                    task % tasks,
                )
            };
        });
    } else {
        let group = (TASK / each.max(1)).clamp(1, batch);
        parallel::for_each(batch.div_ceil(group), cost::<T>(batch * each), |task| {
            for index in task * group..batch.min((task + 1) * group) {
                // SAFETY: each product of the batch comes once, and has one part.
                unsafe { part(&product.single(index), c.at(index * rows * cols), parts, 0) };
            }
        });
    }
}

/// A batch that shares one B, and whose A's follow each other like rows, is one taller product.
fn folded<'a, T: Copy>(product: Product<'a, T>) -> Product<'a, T> {
    let (&[count], &[a_stride], &[0]) = (product.batch, product.a_strides, product.b_strides)
    else {
        return product;
    };
    let a = product.a;
    if a_stride != a.rows() as isize * a.row_stride() {
        return product;
    }
    Product {
        a: a.taller(count),
        batch: &[],
        a_strides: &[],
        b_strides: &[],
        ..product
    }
}

/// Into how many parts rows and columns are cut: powers of two, such that packing costs least. A part of B is packed once for each part of
/// the rows, a part of A once for each part of the columns.
fn parts(rows: usize, depth: usize, cols: usize) -> (usize, usize) {
    let tasks = rows * depth * cols / TASK;
    // More than there are threads, so that one which is held up leaves the others something to take over.
    let wanted = match tasks {
        0..2 => 1,
        2..=16 => 2,
        17..=512 => 4,
        513..=32768 => 8,
        _ => MOST_PARTS,
    };
    let mut best = (1, 1);
    let mut least = usize::MAX;
    let mut row_parts = 1;
    while row_parts <= wanted {
        let col_parts = wanted / row_parts;
        let fits = (row_parts == 1 || rows / row_parts >= 16)
            && (col_parts == 1 || cols / col_parts >= COLUMNS);
        let packing = 3 * row_parts * cols + 2 * col_parts * rows;
        if fits && packing < least {
            (best, least) = ((row_parts, col_parts), packing);
        }
        row_parts *= 2;
    }
    best
}

/// Computes one part of a single product whose C starts at `c`.
///
/// # Safety
///
/// C can be written, and no other task writes this part.
unsafe fn part<T: Fast>(product: &Product<'_, T>, c: *mut T, parts: (usize, usize), index: usize) {
    let cols = product.b.cols();
    let (top, rows) = piece(product.a.rows(), parts.0, index / parts.1);
    let units = cols.div_ceil(COLUMNS);
    let (unit, count) = piece(units, parts.1, index % parts.1);
    let left = unit * COLUMNS;
    let width = (count * COLUMNS).min(cols - left);
    let depth = product.a.cols();
    let start = match (product.accumulate, product.bias) {
        (true, _) => Start::Accumulate,
        (false, Some(bias)) => Start::Row(bias[left..].as_ptr()),
        (false, None) => Start::Zero,
    };
    let a = product.a.part(top, rows, 0, depth);
    let b = product.b.part(0, depth, left, width);
    // SAFETY: this task's part of C, which nobody else uses; the bias has `width` elements from `left` on.
    let block = unsafe { Block::new(a, b, c.wrapping_add(top * cols + left), cols, start) };
    if let (true, Some(bias)) = (product.accumulate, product.bias) {
        for i in top..top + rows {
            for (j, &bias) in bias.iter().enumerate().skip(left).take(width) {
                // SAFETY: an element of this task's part of C.
                unsafe { *c.add(i * cols + j) += bias };
            }
        }
    }
    simd::run(block);
}

/// What C is before the product is added: nothing, the bias, or what it was.
fn start_row<T: Fast>(product: &Product<'_, T>, c: &mut [T]) {
    if !product.accumulate {
        c.fill(T::ZERO);
    }
    if let Some(bias) = product.bias {
        for row in c.chunks_exact_mut(bias.len()) {
            row.iter_mut().zip(bias).for_each(|(c, &bias)| *c += bias);
        }
    }
}

/// A single product whose C is one row or one column.
fn vector<T: Fast>(product: &Product<'_, T>, c: &mut [T]) {
    // A row is a column of the transposed product: Cᵀ = Bᵀ·Aᵀ.
    let (matrix, x) = if product.b.cols() == 1 {
        (product.a, product.b)
    } else {
        (product.b.t(), product.a.t())
    };
    start_row(product, c);
    let depth = x.rows();
    let mut copy = scratch::take::<T>(depth);
    for (p, copy) in copy.iter_mut().enumerate() {
        *copy = x.get(p, 0);
    }
    let x = &copy[..];
    // Chunks of y long enough for a stretch of each column that is worth fetching.
    let chunk = parallel::rows_per_chunk(depth, 1 << 16).next_multiple_of(256);
    let work = Work::per_element(matrix.rows() * depth, 0.012 * size_of::<T>() as f64);
    parallel::for_each_chunk(c, chunk, work, |index, y| {
        let matrix = matrix.part(index * chunk, y.len(), 0, depth);
        match (matrix.row_stride(), matrix.col_stride()) {
            (_, 1) => simd::run(Dots { matrix, x, y }),
            (1, _) => simd::run(Columns { matrix, x, y }),
            _ => {
                for (i, y) in y.iter_mut().enumerate() {
                    for (p, &x) in x.iter().enumerate() {
                        *y += matrix.get(i, p) * x;
                    }
                }
            }
        }
    });
}
