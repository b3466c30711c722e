//! Packing: copying a block of A or B into the order in which the micro-kernel reads it.
//!
//! - **B** becomes panels as wide as the tile, each row of a panel following the one above, padded with zeros at the right edge:
//!   the micro-kernel then reads one stream of whole cache lines. A transposed B is transposed on the way, a register block at a time.
//! - **A** becomes panels as tall as the tile, each column of a panel following the one on its left: one stream too.

use super::matrix::MatRef;
use super::tile::piece;
use crate::kernels::simd::{self, Vector};
use std::ops::Range;

/// The most elements that a register holds.
const MOST_LANES: usize = 16;
/// How many rows of a row-major B and columns of a column-major A ahead of the copying are asked for: they lie too far apart for hardware prefetchers.
const AHEAD: usize = 8;

/// The distance between panels of A. A line more than they are long: panels are written side by side, and at distances that are
/// multiples of a power of two they would push each other out of the cache.
fn panel_distance<V: Vector>(depth: usize) -> usize {
    V::TILE_ROWS * depth + 16
}

/// Elements that [`pack_a`] may write for a block of `rows × depth`.
pub(super) fn packed_a_length<V: Vector>(rows: usize, depth: usize) -> usize {
    rows.div_ceil(V::TILE_ROWS) * panel_distance::<V>(depth) + V::LANES
}

/// Packs all of `a` into `to`, a panel for each tile, and returns the distance between panels. Tiles are the nearly equal pieces of at most
/// `TILE_ROWS` rows; in a panel, rows are 1 and columns `TILE_ROWS` elements apart.
///
/// # Safety
///
/// The processor has the instructions of `V`; `a` lies inside its data.
#[inline(always)]
pub(super) unsafe fn pack_a<V: Vector>(a: MatRef<'_, V::Element>, to: &mut [V::Element]) -> usize {
    let (rows, depth) = (a.rows(), a.cols());
    assert!(to.len() >= packed_a_length::<V>(rows, depth));
    let height = V::TILE_ROWS;
    let distance = panel_distance::<V>(depth);
    let tiles = rows.div_ceil(height);
    if a.row_stride() != 1 {
        // Whole blocks of registers, where there are rows and columns enough.
        let blocks = match rows >= V::LANES && a.col_stride() == 1 {
            true => depth - depth % V::LANES,
            false => 0,
        };
        for t in 0..tiles {
            let (first, count) = piece(rows, tiles, t);
            let panel = &mut to[t * distance..][..distance];
            for p in (0..blocks).step_by(V::LANES) {
                // A column of the panel is shorter than its registers, so that each overwrites the start of the next column, or of the next
                // register in it: the last ones come first.
                for i in (0..count).step_by(V::LANES).rev() {
                    let row = (first + i).min(rows - V::LANES);
                    // SAFETY: LANES rows from `row` on and columns p.. of `a` exist, and so do columns p.. of the panel, behind which a register
                    // has room.
                    unsafe {
                        let to = panel.as_mut_ptr().add(p * height + i);
                        transpose_from::<V>(
                            a.pointer(row, p),
                            a.row_stride(),
                            first + i - row,
                            to,
                            height,
                        );
                    }
                    // Short pieces of rows that lie pages apart: no hardware prefetcher sees what comes next.
                    for r in 0..V::LANES {
                        simd::prefetch(a.pointer(first + count + i + r, p));
                    }
                }
            }
            for (p, column) in panel
                .chunks_exact_mut(height)
                .enumerate()
                .take(depth)
                .skip(blocks)
            {
                for (i, to) in column[..count].iter_mut().enumerate() {
                    // SAFETY: (first + i, p) is an element of `a`.
                    *to = unsafe { *a.pointer(first + i, p) };
                }
            }
        }
        return distance;
    }
    for t in 0..tiles {
        let (first, count) = piece(rows, tiles, t);
        let panel = &mut to[t * distance..];
        // A column of the panel may be shorter than its registers, so that each overwrites the start of the next column, or of the next register in
        // its own: the last ones come first.
        for i in (0..count).step_by(V::LANES).rev() {
            let left = rows - first - i;
            for p in 0..depth {
                simd::prefetch(a.pointer(first + i, p + AHEAD));
                // SAFETY: reads elements (first + i.., p) that exist, a whole register if the column is long enough. A register ends inside the
                // panel or, behind its last column, inside the room that `packed_a_length` leaves.
                unsafe {
                    let from = a.pointer(first + i, p);
                    let values = match left >= V::LANES {
                        true => V::load(from),
                        false => V::load_first(from, left),
                    };
                    values.store(panel.as_mut_ptr().add(p * height + i));
                }
            }
        }
    }
    distance
}

/// Transposes a block of `LANES × LANES`, of which the first `skipped` rows aren't wanted: column j, from there on, is written to `to + j·distance`,
/// and what a register holds too much is overwritten by the next column.
///
/// # Safety
///
/// The processor has the instructions of `V`; the block can be read, and registers can be written at `to + j·distance`.
#[inline(always)]
unsafe fn transpose_from<V: Vector>(
    from: *const V::Element,
    from_row: isize,
    skipped: usize,
    to: *mut V::Element,
    distance: usize,
) {
    const { assert!(V::LANES <= MOST_LANES && size_of::<V>() == V::LANES * size_of::<V::Element>()) };
    // SAFETY: the caller's promise; the copy is LANES rows of LANES elements and a register more, into which `skipped ≤ LANES` elements reach.
    unsafe {
        if skipped == 0 {
            return V::transpose(from, from_row, to, distance);
        }
        let mut copy = [V::zero(); MOST_LANES + 1];
        let copy = copy.as_mut_ptr().cast::<V::Element>();
        V::transpose(from, from_row, copy, V::LANES);
        for j in 0..V::LANES {
            V::load(copy.add(j * V::LANES + skipped)).store(to.add(j * distance));
        }
    }
}

/// Packs all of `b` into panels of two registers' width and `depth` rows, from row `top` of the panels on. A panel that is
/// filled by several calls holds several matrices below each other.
///
/// # Safety
///
/// The processor has the instructions of `V`; `b` lies inside its data.
#[inline(always)]
pub(crate) unsafe fn pack_b<V: Vector>(
    b: MatRef<'_, V::Element>,
    zero: V::Element,
    depth: usize,
    top: usize,
    to: &mut [V::Element],
) {
    let (rows, cols) = (b.rows(), b.cols());
    let width = 2 * V::LANES;
    assert!(top + rows <= depth && to.len() >= depth * cols.next_multiple_of(width));
    for left in (0..cols).step_by(width) {
        let columns = (cols - left).min(width);
        let b = b.part(0, rows, left, columns);
        let to = &mut to[left * depth + top * width..][..rows * width];
        // SAFETY: the elements read are those of `b`; `to` is `rows` rows of `width`.
        unsafe {
            match (b.row_stride(), b.col_stride()) {
                (_, 1) if columns == width => {
                    for p in 0..rows {
                        let from = b.pointer(p, 0);
                        simd::prefetch(b.pointer(p + AHEAD, 0));
                        let to = to.as_mut_ptr().add(p * width);
                        V::load(from).store(to);
                        V::load(from.add(V::LANES)).store(to.add(V::LANES));
                    }
                }
                (_, 1) => {
                    let first = columns.min(V::LANES);
                    for p in 0..rows {
                        let from = b.pointer(p, 0);
                        let to = to.as_mut_ptr().add(p * width);
                        V::load_first(from, first).store(to);
                        V::load_first(from.add(first), columns - first).store(to.add(V::LANES));
                    }
                }
                (1, from_row) => {
                    for half in [0, V::LANES] {
                        // Whole blocks of registers, where there are rows and columns enough.
                        let blocks = match columns >= half + V::LANES {
                            true => rows - rows % V::LANES,
                            false => 0,
                        };
                        for p in (0..blocks).step_by(V::LANES) {
                            let to = to.as_mut_ptr().add(p * width + half);
                            V::transpose(b.pointer(p, half), from_row, to, width);
                        }
                        copy_elements(b, blocks, half..half + V::LANES, width, zero, to);
                    }
                }
                _ => copy_elements(b, 0, 0..width, width, zero, to),
            }
        }
    }
}

/// Columns `which` of a panel `width` wide, from row `top` on, element by element; `zero` where `b` has no such column.
///
/// # Safety
///
/// `b` lies inside its data.
#[inline(always)]
unsafe fn copy_elements<T: Copy>(
    b: MatRef<'_, T>,
    top: usize,
    which: Range<usize>,
    width: usize,
    zero: T,
    to: &mut [T],
) {
    for (p, to) in to.chunks_exact_mut(width).enumerate().skip(top) {
        for (j, to) in which.clone().zip(&mut to[which.clone()]) {
            *to = match j < b.cols() {
                // SAFETY: (p, j) is an element of `b`, whose rows the panel has.
                true => unsafe { *b.pointer(p, j) },
                false => zero,
            };
        }
    }
}
