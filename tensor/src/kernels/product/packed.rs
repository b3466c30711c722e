//! A matrix that is packed once and multiplied from the left many times, as the recurrent weight of a layer is: at every step of
//! a sequence.

use super::Fast;
use super::matrix::MatRef;
use super::pack::pack_b;
use super::tile::{Start, Tile, piece};
use crate::kernels::scratch::{self, Scratch};
use crate::kernels::simd::{self, Kernel, Lanes, Vector};

/// B, in panels as wide as a tile of the level in force: it serves at that level alone.
pub(crate) struct Packed<T> {
    panels: Scratch<T>,
    depth: usize,
    cols: usize,
}

impl<T: Fast> Packed<T> {
    /// Packs `b`.
    pub fn new(b: MatRef<'_, T>) -> Self {
        let (depth, cols) = (b.rows(), b.cols());
        let mut panels = scratch::take(depth * cols.next_multiple_of(super::tile_width::<T>()));
        simd::run(Pack { b, to: &mut panels });
        Packed {
            panels,
            depth,
            cols,
        }
    }

    /// `c ← start + a·B` on the calling thread, where `a` is `[rows, depth]` and `c` `[rows, cols]`, both row by row: `start` is
    /// what is in `c` if `accumulate`, and 0 if not. Each element is one sum in order, however many rows there are.
    ///
    /// # Panics
    /// If the lengths don't fit.
    pub fn product(&self, a: &[T], accumulate: bool, c: &mut [T]) {
        let rows = c.len() / self.cols.max(1);
        assert!(
            c.len() == rows * self.cols && a.len() == rows * self.depth,
            "a of {} and c of {} elements for a [{}, {}] matrix",
            a.len(),
            c.len(),
            self.depth,
            self.cols
        );
        let width = super::tile_width::<T>();
        assert_eq!(
            self.panels.len(),
            self.depth * self.cols.next_multiple_of(width),
            "packed at another level"
        );
        simd::run(Rows {
            packed: self,
            a,
            accumulate,
            c,
            rows,
        });
    }
}

/// Packs `b` into panels as deep as it is.
pub(super) struct Pack<'a, T> {
    pub b: MatRef<'a, T>,
    pub to: &'a mut [T],
}

impl<T: Fast> Kernel<T> for Pack<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let depth = self.b.rows();
        // SAFETY: the processor has the instructions of V, our caller's promise; `b` was checked when it was made.
        unsafe { pack_b::<V>(self.b, T::ZERO, depth, 0, self.to) };
    }
}

struct Rows<'a, T> {
    packed: &'a Packed<T>,
    a: &'a [T],
    accumulate: bool,
    c: &'a mut [T],
    rows: usize,
}

impl<T: Fast + Lanes> Kernel<T> for Rows<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let Packed {
            panels,
            depth,
            cols,
        } = self.packed;
        let (depth, cols, width) = (*depth, *cols, 2 * V::LANES);
        let tiles = self.rows.div_ceil(V::TILE_ROWS);
        let start = match self.accumulate {
            true => Start::Accumulate,
            false => Start::Zero,
        };
        for left in (0..cols).step_by(width) {
            for tile in 0..tiles {
                let (top, rows) = piece(self.rows, tiles, tile);
                // SAFETY: rows top..top + rows of a and c and columns left..left + width.min(cols - left) of c exist, since
                // `product` has checked the lengths. A panel holds `depth` rows of `width` elements, padded at the right edge,
                // so that B is read in whole registers. `c` is borrowed mutably, so nobody else uses it.
                unsafe {
                    let tile = Tile {
                        a: self.a.as_ptr().add(top * depth),
                        a_row: depth as isize,
                        a_col: 1,
                        runs: &[0],
                        run: depth,
                        b: panels.as_ptr().add(left * depth),
                        b_row: width as isize,
                        c: self.c.as_mut_ptr().add(top * cols + left),
                        c_row: cols,
                        start,
                        ahead: None,
                    };
                    tile.compute::<V>(rows, width.min(cols - left));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::product::Product;
    use crate::kernels::{available_levels, with_level};

    fn numbers(len: usize, factor: f64) -> Vec<f64> {
        (0..len).map(|i| (i as f64 * factor).sin()).collect()
    }

    #[test]
    fn it_multiplies_as_a_product_does() {
        for level in available_levels() {
            with_level(level, || {
                for (rows, depth, cols) in [(1, 1, 1), (5, 3, 7), (16, 33, 40), (29, 8, 70)] {
                    let (a, b) = (numbers(rows * depth, 0.7), numbers(depth * cols, 0.3));
                    let plain = MatRef::row_major(&b, depth, cols);
                    let transposed: Vec<f64> = (0..cols * depth)
                        .map(|i| b[i % depth * cols + i / depth])
                        .collect();
                    let transposed = MatRef::row_major(&transposed, cols, depth).t();
                    let mut expected = numbers(rows * cols, 0.1);
                    let left = MatRef::row_major(&a, rows, depth);
                    Product::new(left, plain).accumulate().write(&mut expected);
                    for b in [plain, transposed] {
                        let mut c = numbers(rows * cols, 0.1);
                        Packed::new(b).product(&a, true, &mut c);
                        let close = |(c, e): (&f64, &f64)| (c - e).abs() < 1e-14 * depth as f64;
                        assert!(c.iter().zip(&expected).all(close));
                        let mut zero = vec![0.0; c.len()];
                        let mut over = numbers(c.len(), 9.0);
                        Packed::new(b).product(&a, true, &mut zero);
                        Packed::new(b).product(&a, false, &mut over);
                        assert_eq!(zero, over);
                    }
                }
            });
        }
    }
}
