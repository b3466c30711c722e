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
use crate::kernels::shared::Shared;
use crate::kernels::simd::{self, Kernel, Vector};
use smallvec::SmallVec;

/// Chunks that are enough for any machine.
const CHUNKS: usize = 16;
/// Multiply-adds that are worth a chunk of their own.
const CHUNK: usize = 1 << 20;
/// The most bytes that the chunks' gradients take together.
const PARTIAL: usize = 16 << 20;
/// Rows of a run that are worth a part of their own.
const PART: usize = 48;
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
    // Small images go several at a time: a sum over few pixels would spend its time on fetching and storing the result.
    let together = if cut.bands == 1 {
        (PIXELS / positions).clamp(1, plan.batch)
    } else {
        1
    };
    let run = band::taps_in_a_run(plan, phase) * plan.source_channels / plan.groups;
    let units = plan.batch.div_ceil(together) * cut.bands;
    sum_in_chunks(
        units,
        run,
        plan.batch * multiply_adds,
        gw,
        |unit, part, overwrite, sums| {
            let first = unit / cut.bands * together;
            let images = first..plan.batch.min(first + together);
            band_weight_grad(BandGrad {
                plan,
                phase,
                ranges: &cut.ranges(phase, unit % cut.bands),
                x: &x[images.start * plan.source_image()..images.end * plan.source_image()],
                gy: &gy[images.start * plan.dest_image()..images.end * plan.dest_image()],
                part,
                overwrite,
                sums,
            });
        },
    );
}

/// Sums over all units (images or parts of them) into `gw`, in chunks and, where the chunks are few because `gw` is large, in
/// parts: part `(from, count)` of the `run` rows that each run of taps has. `body(unit, part, overwrite, sums)` adds a unit to
/// the part's rows of `sums`, or overwrites them.
pub(super) fn sum_in_chunks<T: Fast>(
    units: usize,
    run: usize,
    multiply_adds: usize,
    gw: &mut [T],
    body: impl Fn(usize, (usize, usize), bool, *mut T) + Sync,
) {
    let room = PARTIAL / size_of_val(gw);
    let worth = (multiply_adds / CHUNK).min(CHUNKS);
    let chunks = worth.min(room).clamp(1, units);
    let parts = (worth / chunks).min(run / PART).max(1);
    let length = gw.len();
    let mut partial = scratch::take::<T>(if chunks > 1 { chunks * length } else { 0 });
    let sums = Shared::new(if chunks > 1 { &mut partial } else { &mut *gw });
    parallel::for_each(chunks * parts, cost::<T>(multiply_adds), |task| {
        let (chunk, part) = (task / parts, piece(run, parts, task % parts));
        let (first, count) = piece(units, chunks, chunk);
        for unit in first..first + count {
            body(unit, part, unit == first, sums.at(chunk * length));
        }
    });
    if chunks == 1 {
        return;
    }
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

/// A band of one image, or several whole images, and where its sums go.
struct BandGrad<'a, T> {
    plan: &'a Plan,
    phase: &'a Phase,
    ranges: &'a [(usize, usize)],
    x: &'a [T],
    gy: &'a [T],
    /// The rows of each run that are summed: the first, and how many.
    part: (usize, usize),
    overwrite: bool,
    /// The whole weight gradient; the task has the rows of `part` to itself.
    sums: *mut T,
}

fn band_weight_grad<T: Fast>(band: BandGrad<'_, T>) {
    let BandGrad {
        plan,
        phase,
        ranges,
        x,
        gy,
        part,
        overwrite,
        sums,
    } = band;
    let last = phase.len() - 1;
    let (group_source, group_dest) = (
        plan.source_channels / plan.groups,
        plan.dest_channels / plan.groups,
    );
    let pixels = band::pixels(plan, phase, ranges, x);
    let runs = band::runs(plan, phase, &pixels.strides);
    let image_rows = band::rows(plan, phase, ranges, &pixels.strides);
    let images = x.len() / plan.source_image();
    let rows: SmallVec<[(usize, usize); 64]> = (0..images)
        .flat_map(|i| image_rows.iter().map(move |row| (i, row)))
        .map(|(i, row)| (row.0 + i * pixels.image, row.1 + i * plan.dest_image()))
        .collect();
    let width = ranges[last].1 - ranges[last].0;
    let rows_at_once = (PIXELS / width).max(1);
    let mut packed =
        scratch::take::<T>(rows_at_once * width * group_dest.next_multiple_of(tile_width::<T>()));
    for (index, rows) in rows.chunks(rows_at_once).enumerate() {
        // All axes before the one that is cut into bands have one position, so that the positions of a band follow each
        // other, and so do those of whole images.
        let depth = rows.len() * width;
        let starts: SmallVec<[isize; 64]> = rows.iter().map(|row| row.0 as isize).collect();
        for group in 0..plan.groups {
            let offset = rows[0].1 + group * group_dest;
            let strides = [plan.dest_channels as isize, 1];
            let block = WeightBlock {
                pixels: pixels.pointer().wrapping_add(group * group_source),
                pixel: (phase[last].advance * plan.source_channels) as isize,
                runs: &runs.offsets,
                run: runs.taps * group_source,
                part,
                rows: &starts,
                width,
                gy: MatRef::new(gy, offset, [depth, group_dest], strides),
                packed: &mut packed,
                overwrite: overwrite && index == 0,
                sums: sums.wrapping_add(group * group_dest),
                filters: plan.dest_channels,
            };
            simd::run(block);
        }
    }
}

/// Some rows of positions, for one group.
///
/// Made by [`band_weight_grad`] only, whose geometry says that all rows and runs lie inside the pixels, and whose task has
/// the part of the sums to itself.
struct WeightBlock<'a, T> {
    /// The first pixel that the first position looks at, at the group's first channel.
    pixels: *const T,
    /// The distance between the pixels of neighbouring positions.
    pixel: isize,
    /// Where the runs of taps start, and their length: the rows of the result.
    runs: &'a [isize],
    run: usize,
    /// The rows of each run that are computed: the first, and how many.
    part: (usize, usize),
    /// Where the rows of positions start, and their length: the depth of the product.
    rows: &'a [isize],
    width: usize,
    /// Positions × the group's filters.
    gy: MatRef<'a, T>,
    packed: &'a mut [T],
    overwrite: bool,
    /// The weight gradient, from the group's first column on.
    sums: *mut T,
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
        let tiles = self.part.1.div_ceil(V::TILE_ROWS);
        for jr in (0..cols).step_by(panel) {
            for (r, &offset) in self.runs.iter().enumerate() {
                for t in 0..tiles {
                    let (first, count) = piece(self.part.1, tiles, t);
                    let first = self.part.0 + first;
                    let top = r * self.run + first;
                    let tile = Tile {
                        a: self.pixels.wrapping_offset(offset).wrapping_add(first),
                        a_row: 1,
                        a_col: self.pixel,
                        runs: self.rows,
                        run: self.width,
                        b: self.packed[jr * depth..].as_ptr(),
                        b_row: panel as isize,
                        c: self.sums.wrapping_add(top * self.filters + jr),
                        c_row: self.filters,
                        start,
                        ahead: None,
                    };
                    // SAFETY: A as `self` promises; the packed panel has `depth` rows of two registers; `top` is
                    // below the number of taps times channels, which the sums have rows for.
                    unsafe { tile.compute::<V>(count, (cols - jr).min(panel)) };
                }
            }
        }
    }
}
