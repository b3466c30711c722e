//! The weight gradient as a matrix product that reads its A straight from the image.
//!
//! For one tap, `gw[c, f] = Σ x[pixel, c]·gy[pixel, f]` over all pixels of all images: a product whose depth is the pixels. The micro-kernel takes as
//! rows the channels of taps that lie side by side, as columns the filters, and walks along the rows of the image: each row is a run. gy is packed,
//! x is read where it is (or in its zero-bordered copy).
//!
//! The sum is long and the result small, so that threads have to share the sum: the bands of all images are cut into a number of **chunks** that
//! depends on the shape alone, each sums into a weight gradient of its own, and these are added in order.

use super::band::{self, Cut};
use super::dense::cost;
use super::plan::{Phase, Plan};
use crate::kernels::parallel;
use crate::kernels::product::pack::pack_b;
use crate::kernels::product::tile::{Start, Tile, piece};
use crate::kernels::product::{Fast, MatRef, tile_width};
use crate::kernels::scratch;
use crate::kernels::simd::{self, Kernel, Vector};

/// Chunks that are enough for any machine.
const CHUNKS: usize = 16;
/// Multiply-adds that are worth a chunk of their own.
const CHUNK: usize = 1 << 20;
/// The most bytes that the chunks' gradients take together.
const PARTIAL: usize = 16 << 20;
/// Pixels that are packed at a time: a panel of 64 bytes each is half of a 32 KiB L1 cache.
const PIXELS: usize = 256;

/// Computes the weight gradient into `gw`, with the plan of the forward.
pub(super) fn weight_grad<T: Fast>(plan: &Plan, x: &[T], gy: &[T], gw: &mut [T]) {
    if x.is_empty() || gy.is_empty() || gw.is_empty() {
        return gw.fill(T::ZERO);
    }
    let phase = &plan.phases[0];
    let positions: usize = phase.iter().map(|axis| axis.count).product();
    let multiply_adds = positions * gw.len();
    let cut = Cut::new::<T>(plan, phase, multiply_adds);
    sum_in_chunks(
        plan.batch,
        &cut,
        multiply_adds,
        gw,
        |image, index, first, sums| {
            let x = &x[image * plan.source_image()..][..plan.source_image()];
            let gy = &gy[image * plan.dest_image()..][..plan.dest_image()];
            band_weight_grad(plan, phase, &cut.ranges(phase, index), x, gy, first, sums);
        },
    );
}

/// Sums over all bands of all images: `body(image, band, first, sums)` adds a band to `sums`, or overwrites them if it's the `first`.
pub(super) fn sum_in_chunks<T: Fast>(
    batch: usize,
    cut: &Cut,
    multiply_adds: usize,
    gw: &mut [T],
    body: impl Fn(usize, usize, bool, &mut [T]) + Sync,
) {
    let total = batch * cut.bands;
    let room = PARTIAL / size_of_val(gw);
    let chunks = (batch * multiply_adds / CHUNK)
        .min(CHUNKS)
        .min(room)
        .clamp(1, total);
    let work = cost::<T>(batch * multiply_adds);
    let chunk = |index: usize, sums: &mut [T]| {
        let (first, count) = piece(total, chunks, index);
        for band in first..first + count {
            body(band / cut.bands, band % cut.bands, band == first, sums);
        }
    };
    if chunks == 1 {
        return chunk(0, gw);
    }
    let length = gw.len();
    let mut partial = scratch::take::<T>(chunks * length);
    parallel::for_each_chunk(&mut partial, length, work, chunk);
    let work = parallel::Work::per_element(chunks * length, 0.2);
    parallel::for_each_chunk(gw, 4096, work, |index, gw| {
        let from = index * 4096;
        gw.copy_from_slice(&partial[from..][..gw.len()]);
        for chunk in 1..chunks {
            for (sum, &term) in gw.iter_mut().zip(&partial[chunk * length + from..]) {
                *sum += term;
            }
        }
    });
}

/// Adds one band to the sums.
fn band_weight_grad<T: Fast>(
    plan: &Plan,
    phase: &Phase,
    ranges: &[(usize, usize)],
    x: &[T],
    gy: &[T],
    first: bool,
    sums: &mut [T],
) {
    let last = phase.len() - 1;
    let (group_source, group_dest) = (
        plan.source_channels / plan.groups,
        plan.dest_channels / plan.groups,
    );
    let pixels = band::pixels(plan, phase, ranges, x);
    let runs = band::runs(plan, phase, &pixels.strides);
    let rows = band::rows(plan, phase, ranges, &pixels.strides);
    let width = ranges[last].1 - ranges[last].0;
    let rows_at_once = (PIXELS / width).max(1);
    let mut packed =
        scratch::take::<T>(rows_at_once * width * group_dest.next_multiple_of(tile_width::<T>()));
    for (index, rows) in rows.chunks(rows_at_once).enumerate() {
        // All axes before the one that is cut into bands have one position, so that the positions of a band follow each other.
        let depth = rows.len() * width;
        let starts: smallvec::SmallVec<[isize; 64]> =
            rows.iter().map(|row| row.0 as isize).collect();
        for group in 0..plan.groups {
            let offset = rows[0].1 + group * group_dest;
            let gy = MatRef::new(
                gy,
                offset,
                [depth, group_dest],
                [plan.dest_channels as isize, 1],
            );
            let block = WeightBlock {
                pixels: pixels.pointer().wrapping_add(group * group_source),
                pixel: (phase[last].advance * plan.source_channels) as isize,
                runs: &runs.offsets,
                run: runs.taps * group_source,
                rows: &starts,
                width,
                gy,
                packed: &mut packed,
                overwrite: first && index == 0,
                sums,
                left: group * group_dest,
                filters: plan.dest_channels,
            };
            simd::run(block);
        }
    }
}

/// Some rows of positions, for one group.
///
/// Made by [`band_weight_grad`] only, whose geometry says that all rows and runs lie inside the pixels.
struct WeightBlock<'a, T> {
    /// The first pixel that the first position looks at, at the group's first channel.
    pixels: *const T,
    /// The distance between the pixels of neighbouring positions.
    pixel: isize,
    /// Where the runs of taps start, and their length: the rows of the result.
    runs: &'a [isize],
    run: usize,
    /// Where the rows of positions start, and their length: the depth of the product.
    rows: &'a [isize],
    width: usize,
    /// Positions × the group's filters.
    gy: MatRef<'a, T>,
    packed: &'a mut [T],
    overwrite: bool,
    /// The whole weight gradient, and where the group's columns start in it.
    sums: &'a mut [T],
    left: usize,
    filters: usize,
}

impl<T: Fast> Kernel<T> for WeightBlock<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let panel = 2 * V::LANES;
        let (depth, cols) = (self.gy.rows(), self.gy.cols());
        // SAFETY: the matrix was checked when it was made.
        unsafe { pack_b::<V>(self.gy, T::ZERO, depth, 0, self.packed) };
        let start = if self.overwrite {
            Start::Zero
        } else {
            Start::Accumulate
        };
        assert!(
            self.sums.len() >= self.runs.len() * self.run * self.filters
                && self.left + cols <= self.filters
        );
        let tiles = self.run.div_ceil(V::TILE_ROWS);
        for jr in (0..cols).step_by(panel) {
            for (r, &offset) in self.runs.iter().enumerate() {
                for t in 0..tiles {
                    let (first, count) = piece(self.run, tiles, t);
                    let top = r * self.run + first;
                    let tile = Tile {
                        a: self.pixels.wrapping_offset(offset).wrapping_add(first),
                        a_row: 1,
                        a_col: self.pixel,
                        runs: self.rows,
                        run: self.width,
                        b: self.packed[jr * depth..].as_ptr(),
                        b_row: panel as isize,
                        c: self
                            .sums
                            .as_mut_ptr()
                            .wrapping_add(top * self.filters + self.left + jr),
                        c_row: self.filters,
                        start,
                    };
                    // SAFETY: A as `self` promises; the packed panel has `depth` rows of two registers; the sums have
                    // been checked above.
                    unsafe { tile.compute::<V>(count, (cols - jr).min(panel)) };
                }
            }
        }
    }
}
