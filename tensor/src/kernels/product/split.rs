//! One product on several threads: C is cut into tasks whose size depends on the shapes alone, and no sum is ever cut.

use super::blocks::{Block, Blocking, Slab, depth_blocks, slab_rows};
use super::packed::Pack;
use super::tile::{Start, piece};
use super::vector::{Columns, Dots};
use super::{Fast, Product, tile_rows, tile_width};
use crate::kernels::parallel::{self, Work};
use crate::kernels::shared::Shared;
use crate::kernels::{scratch, simd};

/// Multiply-adds that are worth a task of their own.
const TASK: usize = 1 << 18;
/// The most parts that one product is cut into. Each part packs its own operands, so that more would cost more.
const MOST_PARTS: usize = 16;
/// Multiply-adds from which on all threads share one packed B, if there are rows for blocks enough.
const LARGE: usize = 1 << 25;
/// Rows that make blocks enough.
const MANY_ROWS: usize = 384;
/// Bytes of B that are packed at once.
const SLAB: usize = 8 << 20;
/// Bytes of a column of B that are packed at once, or a whole block of depth if that is more: the shallower a slab, the more columns it has, and
/// each slab of columns packs A anew.
const SLAB_DEPTH: usize = 6 << 10;
/// Blocks of rows come in multiples of this, so that two threads and four have equally many.
const EVEN: usize = 4;
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
        start_row(product, c);
        return finish(product, c);
    }
    let batch = product.batch_size();
    let each = rows * depth * cols;
    if batch == 1 && (rows == 1 || cols == 1) {
        return vector(&product.single(0), c);
    }
    let c = Shared::new(c);
    if rows >= MANY_ROWS && each >= LARGE {
        for index in 0..batch {
            // SAFETY: each product of the batch comes once.
            unsafe { large(&product.single(index), c.at(index * rows * cols)) };
        }
        return;
    }
    let parts = parts(product);
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
fn parts<T: Copy>(product: &Product<'_, T>) -> (usize, usize) {
    let (rows, depth, cols) = (product.a.rows(), product.a.cols(), product.b.cols());
    // A row-major A is read where it stands, mostly.
    let a_cost = match product.a.col_stride() {
        1 => 1,
        _ => 4,
    };
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
        let packing = 4 * row_parts * cols + a_cost * col_parts * rows;
        if fits && packing < least {
            (best, least) = ((row_parts, col_parts), packing);
        }
        row_parts *= 2;
    }
    best
}

/// A single large product, whose C starts at `c`: all threads together pack B, once, and then each block of rows goes through all of it.
///
/// # Safety
///
/// C can be written, and nobody else uses it.
unsafe fn large<T: Fast>(product: &Product<'_, T>, c: *mut T) {
    let (rows, depth, cols) = (product.a.rows(), product.a.cols(), product.b.cols());
    let c = Shared::from(c);
    let width = tile_width::<T>();
    // B in slabs that a shared cache holds.
    let depth_blocks = depth_blocks::<T>(depth);
    let blocking = Blocking::of::<T>();
    let slab_blocks = (SLAB_DEPTH / (blocking.depth * size_of::<T>())).max(1);
    let deepest = slab_rows::<T>(depth, &(0..depth_blocks.min(slab_blocks))).1;
    let slab_cols = SLAB / (deepest * size_of::<T>()) / COLUMNS * COLUMNS;
    let mut panels = scratch::take::<T>(deepest * cols.min(slab_cols).next_multiple_of(width));
    // Rows enough for a panel of B to be worth its way from the shared cache, and tasks enough for many threads; nearly equal numbers of whole tiles,
    // in each half of the tasks as in the whole: that is how threads share them.
    let most = blocking.rows;
    let block = (rows / 16).clamp(most / 2, most);
    let block = block.max(LARGE / 16 / (depth * cols));
    let tile = tile_rows::<T>();
    let tiles = rows.div_ceil(tile);
    let tasks = rows.div_ceil(block).next_multiple_of(EVEN).min(tiles);
    for left in (0..cols).step_by(slab_cols) {
        let count = slab_cols.min(cols - left);
        for first in (0..depth_blocks).step_by(slab_blocks) {
            let blocks = first..depth_blocks.min(first + slab_blocks);
            let (first, deep) = slab_rows::<T>(depth, &blocks);
            let panels = &mut panels[..deep * count.next_multiple_of(width)];
            let copying = Work::per_element(deep * count, 0.1 * size_of::<T>() as f64);
            parallel::for_each_chunk(panels, deep * COLUMNS, copying, |index, to| {
                let from = index * COLUMNS;
                let b = (product.b).part(first, deep, left + from, COLUMNS.min(count - from));
                simd::run(Pack { b, to });
            });
            let panels = &*panels;
            let product = Product {
                bias: product.bias.filter(|_| first == 0),
                ..*product
            };
            let work = cost::<T>(rows * deep * count);
            parallel::for_each(tasks, work, |index| {
                let [top, end] =
                    [index, index + 1].map(|task| (tiles * task / tasks * tile).min(rows));
                let height = end - top;
                let blocks = blocks.clone();
                // SAFETY: each block of rows comes once for each stretch of columns, and the panels are B's rows and columns, packed at
                // the level in force on all threads.
                unsafe {
                    let c = c.at(top * cols + left);
                    let last = blocks.end == depth_blocks;
                    let part = rectangle(&product, c, cols, (top, height), (left, count));
                    simd::run(part.slab(Slab { blocks, panels }));
                    if last {
                        finish_rows(&product, c, cols, height, count);
                    }
                }
            });
        }
    }
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
    // SAFETY: this task's part of C, which nobody else uses.
    unsafe {
        let c = c.wrapping_add(top * cols + left);
        simd::run(rectangle(product, c, cols, (top, rows), (left, width)));
        finish_rows(product, c, cols, rows, width);
    }
}

/// The block of a product's C with `rows.1` rows from `rows.0` on and `cols.1` columns from `cols.0` on. It starts at `c`, and its rows are
/// `c_row` elements apart.
///
/// # Safety
///
/// Until the block has been computed, this part of C can be written, and nobody else uses it.
unsafe fn rectangle<'a, T: Fast>(
    product: &Product<'a, T>,
    c: *mut T,
    c_row: usize,
    (top, rows): (usize, usize),
    (left, width): (usize, usize),
) -> Block<'a, T> {
    let depth = product.a.cols();
    let bias = product.bias.map(|bias| &bias[left..][..width]);
    let start = match (product.accumulate, bias) {
        (true, _) => Start::Accumulate,
        (false, Some(bias)) => Start::Row(bias.as_ptr()),
        (false, None) => Start::Zero,
    };
    if let (true, Some(bias)) = (product.accumulate, bias) {
        for i in 0..rows {
            for (j, &bias) in bias.iter().enumerate() {
                // SAFETY: an element of this part of C.
                unsafe { *c.add(i * c_row + j) += bias };
            }
        }
    }
    let a = product.a.part(top, rows, 0, depth);
    let b = product.b.part(0, depth, left, width);
    // SAFETY: the caller's promise; the bias has `width` elements.
    unsafe { Block::new(a, b, c, c_row, start) }
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

/// What comes after the product: its function, on elements of C that have their sums.
fn finish<T: Fast>(product: &Product<'_, T>, c: &mut [T]) {
    if let Some(function) = product.then {
        T::unary_in_place(function, c);
    }
}

/// [`finish`] for `rows` rows of `width` elements, `c_row` apart, from `c` on.
///
/// # Safety
///
/// They can be written, and nobody else uses them.
unsafe fn finish_rows<T: Fast>(
    product: &Product<'_, T>,
    c: *mut T,
    c_row: usize,
    rows: usize,
    width: usize,
) {
    if product.then.is_none() {
        return;
    }
    // Whole rows of C lie one behind the other.
    let (rows, width) = if width == c_row {
        (1, rows * width)
    } else {
        (rows, width)
    };
    for i in 0..rows {
        // SAFETY: the caller's promise; the product has written every one of them.
        finish(product, unsafe {
            std::slice::from_raw_parts_mut(c.add(i * c_row), width)
        });
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
            (_, 1) => simd::run(Dots {
                matrix,
                x,
                y: &mut *y,
            }),
            (1, _) => simd::run(Columns {
                matrix,
                x,
                y: &mut *y,
            }),
            _ => {
                for (i, y) in y.iter_mut().enumerate() {
                    for (p, &x) in x.iter().enumerate() {
                        *y += matrix.get(i, p) * x;
                    }
                }
            }
        }
        finish(product, y);
    });
}
