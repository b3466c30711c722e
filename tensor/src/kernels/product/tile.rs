//! The micro-kernel of all products: one tile of C in registers.
//!
//! A tile of `R` rows and `W` registers of columns is a sum of outer products,
//!
//! ```text
//! C[0..R, 0..W·LANES]  =  Σ_p  A[0..R, p] ⊗ B[p, 0..W·LANES]
//! ```
//!
//! Each step reads `W` registers of B and broadcasts `R` elements of A: `R + W` loads feed `R·W` multiply-adds, which is what
//! makes a product run at the speed of the arithmetic units and not of memory. On AVX2 the tile is 6 × 16 for `f32` (12 of 16
//! registers are accumulators), on AVX-512 12 × 32.
//!
//! A is read by strides, so that it needn't be packed, and in **runs**: p goes through `run` steps from each of the offsets in `runs`. A plain product has
//! one run; a convolution has one for each row of its window, and thus reads the image where it is.

use crate::kernels::simd::{self, Kernel, Vector};

/// Steps in a turn of the unrolled loops. What counts and moves pointers is a third of the instructions of a single step, and
/// processors that share a core between two threads are short of just those.
const TURN: usize = 4;
/// How many turns before their end C is asked for.
const LATE: usize = 16;

/// What a tile of C starts from, before the product is added.
#[derive(Clone, Copy)]
pub(crate) enum Start<T> {
    /// Nothing: C is overwritten.
    Zero,
    /// The same row for all rows: a bias for each column.
    Row(*const T),
    /// What is in C.
    Accumulate,
}

/// The operands of one tile.
#[derive(Clone, Copy)]
pub(crate) struct Tile<'a, T> {
    /// Element (0, 0) of A.
    pub a: *const T,
    /// The distance between rows of A.
    pub a_row: isize,
    /// The distance between columns of A.
    pub a_col: isize,
    /// Where each run of columns of A starts, relative to `a`.
    pub runs: &'a [isize],
    /// Columns of A in a run.
    pub run: usize,
    /// Element (0, 0) of B. All runs together read `runs.len()·run` consecutive rows.
    pub b: *const T,
    /// The distance between rows of B.
    pub b_row: isize,
    /// Element (0, 0) of C.
    pub c: *mut T,
    /// The distance between rows of C.
    pub c_row: usize,
    /// What C starts from.
    pub start: Start<T>,
    /// Rows of a panel of B that will be needed soon: one is asked for in every fourth step, while the arithmetic goes on.
    pub ahead: Option<*const T>,
}

impl<T: Copy> Tile<'_, T> {
    /// Computes `rows ≤ V::TILE_ROWS` rows and `cols ≤ 2·LANES` columns. Rows of B are read as whole registers, also where fewer columns are left (packed
    /// panels are padded).
    ///
    /// # Safety
    ///
    /// The processor has the instructions of `V`. A can be read at `a + runs[..] + (0..run)·a_col + (0..rows)·a_row`, B in whole
    /// registers, C (and the row it starts from) can be read and written in `rows` rows of `cols` elements, and nobody else
    /// uses that part of C meanwhile.
    #[inline(always)]
    pub unsafe fn compute<V: Vector<Element = T>>(&self, rows: usize, cols: usize) {
        // SAFETY: the caller's promise, handed on.
        unsafe {
            V::call(TileOf {
                tile: self,
                rows,
                cols,
            })
        }
    }
}

/// A tile and its size: a function of its own, which all products share.
struct TileOf<'a, T> {
    tile: &'a Tile<'a, T>,
    rows: usize,
    cols: usize,
}

impl<T: Copy> Kernel<T> for TileOf<'_, T> {
    type Output = ();

    /// Chooses the tile that was compiled for this number of rows and registers.
    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let last = if self.cols > V::LANES {
            self.cols - V::LANES
        } else {
            self.cols
        };
        macro_rules! choose {
            ($($r:literal)*) => {
                match self.rows {
                    $($r if const { $r <= V::TILE_ROWS } => {
                        // SAFETY: `compute`'s promise, handed on.
                        unsafe {
                            if self.cols > V::LANES {
                                self.tile.sum::<V, $r, 2>(last);
                            } else {
                                self.tile.sum::<V, $r, 1>(last);
                            }
                        }
                    })*
                    rows => unreachable!("a tile of {rows} rows"),
                }
            };
        }
        choose!(1 2 3 4 5 6 7 8 9 10 11 12)
    }
}

impl<T: Copy> Tile<'_, T> {
    /// The tile of `R` rows and `W` registers, the last of which holds `last` columns.
    ///
    /// # Safety
    ///
    /// As for [`compute`](Self::compute).
    #[inline(always)]
    unsafe fn sum<V: Vector<Element = T>, const R: usize, const W: usize>(&self, last: usize) {
        // SAFETY: `compute`'s promise: all reads and writes of C stay in the R rows and (W−1)·LANES + last columns it names; the distances given
        // to `products` are A's.
        unsafe {
            // Distances that the compiler knows leave no address to compute beside the arithmetic: packed panels, then a row-major A.
            let (column, row) = (V::TILE_ROWS as isize, (2 * V::LANES) as isize);
            let sums = match (self.a_row, self.a_col, self.b_row) {
                (1, a_col, b_row)
                    if const { R + 1 >= V::TILE_ROWS && W == 2 }
                        && (a_col, b_row) == (column, row) =>
                {
                    self.products::<V, R, W, TURN>(1, column, row)
                }
                (a_row, 1, b_row) if const { R + 1 >= V::TILE_ROWS && W == 2 } => {
                    self.products::<V, R, W, TURN>(a_row, 1, b_row)
                }
                (a_row, a_col, b_row) => self.products::<V, R, W, 1>(a_row, a_col, b_row),
            };
            if last == V::LANES {
                self.store::<V, R, W, true>(sums, last);
            } else {
                self.store::<V, R, W, false>(sums, last);
            }
        }
    }

    /// Writes the sums, with what C starts from, into C. Unless `WHOLE`, the last register of each row holds only `last` columns.
    ///
    /// # Safety
    ///
    /// As for [`compute`](Self::compute).
    #[inline(always)]
    unsafe fn store<V: Vector<Element = T>, const R: usize, const W: usize, const WHOLE: bool>(
        &self,
        mut sums: [[V; W]; R],
        last: usize,
    ) {
        let (c, c_row) = (self.c, self.c_row);
        // Short loops, one thing each, so that the compiler unrolls them and the sums stay in registers.
        // SAFETY: `compute`'s promise: C and the bias have `last` elements where a last register is read or written, whole registers elsewhere.
        unsafe {
            let load = |from: *const T, w: usize| match WHOLE || w + 1 < W {
                true => V::load(from.add(w * V::LANES)),
                false => V::load_first(from.add(w * V::LANES), last),
            };
            // What is added to row r stands r·row elements behind `from`.
            let start = match self.start {
                Start::Zero => None,
                Start::Row(bias) => Some((bias, 0)),
                Start::Accumulate => Some((c.cast_const(), c_row)),
            };
            if let Some((from, row)) = start {
                for (r, sums) in sums.iter_mut().enumerate() {
                    for (w, sum) in sums.iter_mut().enumerate() {
                        *sum = load(from.add(r * row), w).add(*sum);
                    }
                }
            }
            for (r, sums) in sums.iter().enumerate() {
                for (w, sum) in sums.iter().enumerate() {
                    let to = c.add(r * c_row + w * V::LANES);
                    match WHOLE || w + 1 < W {
                        true => sum.store(to),
                        false => sum.store_first(to, last),
                    }
                }
            }
        }
    }

    /// Asks for the tile of C, which is needed when the sums are done.
    #[inline(always)]
    fn prefetch_c<V: Vector, const R: usize, const W: usize>(&self) {
        // Rows of a large C lie pages apart, where no hardware prefetcher finds them.
        for r in 0..R {
            let row = self.c.wrapping_add(r * self.c_row);
            simd::prefetch(row);
            simd::prefetch(row.wrapping_add(W * V::LANES - 1));
        }
    }

    /// The sum of the outer products, where rows and columns of A are `a_row` and `a_col` and rows of B `b_row` apart, `U` of them in each turn of
    /// the loop.
    ///
    /// # Safety
    ///
    /// As for [`compute`](Self::compute), with these distances.
    #[inline(always)]
    unsafe fn products<V: Vector<Element = T>, const R: usize, const W: usize, const U: usize>(
        &self,
        a_row: isize,
        a_col: isize,
        b_row: isize,
    ) -> [[V; W]; R] {
        // SAFETY: `compute`'s promise: the processor has the instructions of V.
        let zero = unsafe { V::zero() };
        let mut sums = [[zero; W]; R];
        let mut b = self.b;
        let (mut ahead, ahead_row) = match self.ahead {
            Some(rows) => (rows, b_row),
            None => (b, 0),
        };
        if const { U == 1 } {
            self.prefetch_c::<V, R, W>();
        }
        for (index, &start) in self.runs.iter().enumerate() {
            let mut a = self.a.wrapping_offset(start);
            let turns = self.run / U;
            // C is asked for shortly before the end: panels whose numbers are used once would drive it out of L1.
            let late = match const { U > 1 } && index + 1 == self.runs.len() {
                true => turns.min(LATE),
                false => 0,
            };
            for turns in [turns - late, late] {
                for _ in 0..turns {
                    for u in 0..U as isize {
                        let (a, b) = (a.wrapping_offset(u * a_col), b.wrapping_offset(u * b_row));
                        // SAFETY: `compute`'s promise: A and B can be read in all of the run's steps.
                        unsafe { outer_product(&mut sums, a, a_row, b) };
                    }
                    a = a.wrapping_offset(U as isize * a_col);
                    b = b.wrapping_offset(U as isize * b_row);
                    if const { U > 1 } {
                        simd::prefetch(ahead);
                        ahead = ahead.wrapping_offset(ahead_row);
                    }
                }
                if late > 0 {
                    self.prefetch_c::<V, R, W>();
                }
            }
            for _ in 0..self.run % U {
                // SAFETY: as above.
                unsafe { outer_product(&mut sums, a, a_row, b) };
                a = a.wrapping_offset(a_col);
                b = b.wrapping_offset(b_row);
            }
        }
        sums
    }
}

/// Adds a column of A times a row of B.
///
/// # Safety
///
/// The processor has the instructions of `V`; at `a`, R elements `a_row` apart can be read, at `b`, W registers.
#[inline(always)]
unsafe fn outer_product<V: Vector, const R: usize, const W: usize>(
    sums: &mut [[V; W]; R],
    a: *const V::Element,
    a_row: isize,
    b: *const V::Element,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let mut b_row = [V::zero(); W];
        for (w, register) in b_row.iter_mut().enumerate() {
            *register = V::load(b.add(w * V::LANES));
        }
        for (r, row) in sums.iter_mut().enumerate() {
            let a = V::splat(*a.offset(r as isize * a_row));
            for (sum, b) in row.iter_mut().zip(b_row) {
                *sum = a.mul_add(b, *sum);
            }
        }
    }
}

/// Piece `index` of `length` cut into `count` nearly equal pieces: its start and its length.
///
/// Seven rows in tiles of at most six are 4 + 3, not 6 + 1: a thin tile keeps the arithmetic units waiting for each other.
pub(crate) fn piece(length: usize, count: usize, index: usize) -> (usize, usize) {
    let (size, longer) = (length / count, length % count);
    (
        index * size + index.min(longer),
        size + usize::from(index < longer),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_the_length_and_differ_by_one_at_most() {
        for length in 1..200_usize {
            for most in 1..20 {
                let count = length.div_ceil(most);
                let mut next = 0;
                for index in 0..count {
                    let (start, size) = piece(length, count, index);
                    assert_eq!(start, next);
                    assert!(size <= most && size + 1 >= length.div_ceil(count));
                    next += size;
                }
                assert_eq!(next, length);
            }
        }
    }
}
