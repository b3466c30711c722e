//! The packed product: five loops around the micro-kernel, named as in BLIS (Van Zee and van de Geijn, 2015).
//!
//! ```text
//! loop 5   jc  columns of C, NC at a time
//! loop 4     pc  depth, KC at a time          pack B[pc, jc]: KC × NC, stays in L3 (or L2)
//! loop 3       ic  rows of C, MC at a time    pack A[ic, pc]: MC × KC, stays in L2
//! loop 2         jr  one panel of B: KC × NR, stays in L1
//! loop 1           ir  one tile of C, MR × NR, stays in registers
//!                        the micro-kernel: p over KC
//! ```
//!
//! Each loop keeps one operand in one level of memory while the loops inside go over the rest, so that every number that is
//! fetched from far is used many times. Packing costs a copy; where an operand is used few times, or is small enough to stay near anyway, it is read where it stands.
//!
//! Each element of C is the sum of its `KC`-blocks in order, each block a sum in order: how C is cut into rows and columns
//! doesn't change a bit of it.

use super::Fast;
use super::matrix::MatRef;
use super::pack::{pack_a, pack_b, packed_a_length};
use super::tile::{Start, Tile, piece};
use crate::kernels::level::{Level, level};
use crate::kernels::scratch;
use crate::kernels::simd::{Kernel, Vector};
use std::ops::Range;

/// Columns of a block of B: with KC rows 1.5 MiB of `f32`, or 4 MiB with AVX-512.
const NC: usize = 1024;
/// A row-major B up to this many bytes is read where it stands.
const NEAR: usize = 48 << 10;

/// What fits the caches of the processors that have a level.
pub(super) struct Blocking {
    /// KC: the most columns of A and rows of B in a block.
    pub depth: usize,
    /// MC: the most rows of A in a block.
    pub rows: usize,
    /// A column-major A that is spread over this many bytes is read where it stands: its columns are as short as those of a packed panel, but far
    /// apart.
    near: usize,
}

impl Blocking {
    /// The blocking for elements of type `T` at the current level.
    pub fn of<T>() -> Self {
        match level() {
            // L2 has 1 MiB and more: three quarters for a block of A. A long panel of B comes from there as fast as it is used, and C is
            // read and written less often.
            Level::Avx512 => Blocking {
                depth: 4096 / size_of::<T>(),
                rows: 192,
                near: 640 << 10,
            },
            // L2 may have 512 KiB: a third for a block of A, since its rows of C have to stay there too. A panel of B of 384 rows of 64
            // bytes leaves a quarter of a 32 KiB L1 to A and C.
            Level::Avx2 | Level::Baseline => Blocking {
                depth: 384,
                rows: 96,
                near: 256 << 10,
            },
        }
    }
}

/// A part of a product that one thread computes.
pub(in crate::kernels) struct Block<'a, T> {
    a: MatRef<'a, T>,
    b: MatRef<'a, T>,
    c: *mut T,
    c_row: usize,
    start: Start<T>,
    slab: Option<Slab<'a, T>>,
}

/// A stretch of the depth whose rows of B have been packed before.
pub(super) struct Slab<'a, T> {
    /// Which blocks of depth.
    pub blocks: Range<usize>,
    /// Their rows of B in panels, as [`pack_b`] makes them.
    pub panels: &'a [T],
}

/// Into how many blocks of at most KC the depth is cut.
pub(super) fn depth_blocks<T>(depth: usize) -> usize {
    depth.div_ceil(Blocking::of::<T>().depth).max(1)
}

/// The rows of B in these blocks of depth: the first, and how many. Blocks are nearly equal, and start where a cache line does.
pub(super) fn slab_rows<T>(depth: usize, blocks: &Range<usize>) -> (usize, usize) {
    const UNIT: usize = 16;
    let units = depth.div_ceil(UNIT);
    let count = depth_blocks::<T>(depth);
    let start = |block| depth.min(UNIT * piece(units, count, block).0);
    (start(blocks.start), start(blocks.end) - start(blocks.start))
}

impl<'a, T> Block<'a, T> {
    /// The product of `a` (some rows of A) and `b` (some columns of B), into the part of C that starts at `c` and whose rows are `c_row`
    /// elements apart.
    ///
    /// # Safety
    ///
    /// Until the block has been computed, that part of C can be written, nobody else uses it, and a bias in `start` has an element for each column.
    pub(in crate::kernels) unsafe fn new(
        a: MatRef<'a, T>,
        b: MatRef<'a, T>,
        c: *mut T,
        c_row: usize,
        start: Start<T>,
    ) -> Self {
        Block {
            a,
            b,
            c,
            c_row,
            start,
            slab: None,
        }
    }

    /// The block with these blocks of depth alone, added to what those before have left in C.
    ///
    /// # Safety
    ///
    /// The panels are B's rows of these blocks, packed at the level at which the block is computed.
    pub(super) unsafe fn slab(mut self, slab: Slab<'a, T>) -> Self {
        self.slab = Some(slab);
        self
    }
}

impl<T: Fast> Kernel<T> for Block<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let (rows, depth, cols) = (self.a.rows(), self.a.cols(), self.b.cols());
        let width = 2 * V::LANES;

        let b_is_near = rows <= 2 * V::TILE_ROWS || depth * cols * size_of::<T>() <= NEAR;
        let packs_b =
            self.slab.is_none() && (self.b.col_stride() != 1 || !b_is_near || cols % V::LANES != 0);
        // The memory that a block of A is spread over. Rows far apart share few sets of the cache.
        let (a_row, a_col) = (
            self.a.row_stride().unsigned_abs(),
            self.a.col_stride().unsigned_abs(),
        );
        let blocking = Blocking::of::<T>();
        let spread =
            (rows.min(blocking.rows) * a_row + depth.min(blocking.depth) * a_col) * size_of::<T>();
        let packs_a = match self.a.col_stride() {
            1 => cols > 8 * width,
            _ => cols > width && spread > blocking.near,
        };

        let depth_blocks = depth_blocks::<T>(depth);
        let blocks = (self.slab.as_ref()).map_or(0..depth_blocks, |slab| slab.blocks.clone());
        let (slab_first, slab_depth) = slab_rows::<T>(depth, &blocks);
        let row_blocks = rows.div_ceil(blocking.rows);
        let longest = slab_rows::<T>(depth, &(0..1)).1;
        let tallest = rows.div_ceil(row_blocks.max(1));
        let widest = cols.min(NC).next_multiple_of(width);
        let mut b_pack = scratch::take::<T>(if packs_b { longest * widest } else { 0 });
        let mut a_pack = scratch::take::<T>(if packs_a {
            packed_a_length::<V>(tallest, longest)
        } else {
            0
        });

        // loop 5
        for jc in (0..cols).step_by(NC) {
            let nc = (cols - jc).min(NC);
            // loop 4
            for block in blocks.clone() {
                let (pc, kc) = slab_rows::<T>(depth, &(block..block + 1));
                let b = self.b.part(pc, kc, jc, nc);
                if packs_b {
                    // SAFETY: a part of B.
                    unsafe { pack_b::<V>(b, T::ZERO, kc, 0, &mut b_pack) };
                }
                // Where B's columns from jc on are read: the first panel, elements between its rows, and how much further each column is.
                let (first_panel, b_row, per_column) = match &self.slab {
                    Some(slab) => {
                        let first = jc * slab_depth + (pc - slab_first) * width;
                        (slab.panels[first..].as_ptr(), width as isize, slab_depth)
                    }
                    None if packs_b => (b_pack.as_ptr(), width as isize, kc),
                    None => (b.pointer(0, 0), b.row_stride(), 1),
                };
                // loop 3
                for block_of_rows in 0..row_blocks {
                    let (ic, mc) = piece(rows, row_blocks, block_of_rows);
                    let a = self.a.part(ic, mc, pc, kc);
                    let packed = match packs_a {
                        // SAFETY: a part of A.
                        true => Some(unsafe { pack_a::<V>(a, &mut a_pack) }),
                        false => None,
                    };
                    let tiles = mc.div_ceil(V::TILE_ROWS);
                    // loop 2
                    for jr in (0..nc).step_by(width) {
                        let nr = (nc - jr).min(width);
                        let start = match self.start {
                            _ if pc > 0 => Start::Accumulate,
                            Start::Row(bias) => Start::Row(bias.wrapping_add(jc + jr)),
                            start => start,
                        };
                        // loop 1
                        for t in 0..tiles {
                            let (ir, mr) = piece(mc, tiles, t);
                            let (a, a_row, a_col) = match packed {
                                None => (a.pointer(ir, 0), a.row_stride(), a.col_stride()),
                                Some(distance) => {
                                    (a_pack[t * distance..].as_ptr(), 1, V::TILE_ROWS as isize)
                                }
                            };
                            // A quarter of the next panel, which the last four tiles of this one bring near: a large B's panels come from far.
                            let ahead = (t + 4 >= tiles && per_column > 1).then(|| {
                                let quarter = kc / 4 * width * (t + 4 - tiles);
                                first_panel.wrapping_add((jr + width) * per_column + quarter)
                            });
                            let c = self.c.wrapping_add((ic + ir) * self.c_row + jc + jr);
                            let tile = Tile {
                                a,
                                a_row,
                                a_col,
                                runs: &[0],
                                run: kc,
                                b: first_panel.wrapping_add(jr * per_column),
                                b_row,
                                c,
                                c_row: self.c_row,
                                start,
                                ahead,
                            };
                            // SAFETY: the tile lies inside A, C and the bias, and inside B or its packed copy, whose rows
                            // are as long as the registers.
                            unsafe { tile.compute::<V>(mr, nr) };
                        }
                    }
                }
            }
        }
    }
}
