//! The correlation as a matrix product that reads its A straight from the image.
//!
//! The rows of A would be the patches: for each position of the destination, the channels under all taps, one behind the other (im2col). They
//! aren't made. The micro-kernel walks over B, the packed weight, and over **runs** of the image: the channels of taps that lie side by side are
//! contiguous there. Neighbouring positions are a fixed distance apart, which is the distance between A's rows.

use super::band::{self, Cut};
use super::plan::{Phase, Plan};
use crate::kernels::parallel::{self, Work};
use crate::kernels::product::pack::pack_b;
use crate::kernels::product::tile::{Start, Tile, piece};
use crate::kernels::product::{Fast, MatRef};
use crate::kernels::shared::Shared;
use crate::kernels::simd::{self, Kernel, Vector};
use crate::kernels::{product, scratch};

/// The weight as the matrix that a correlation multiplies by.
#[derive(Clone, Copy)]
pub(super) struct Weight<'a, T> {
    /// `[kernel…, channels/groups, filters]`.
    pub data: &'a [T],
    pub filters: usize,
    pub group_channels: usize,
    pub group_filters: usize,
    /// Forward, a tap is a matrix from channels to filters; for the input gradient, from filters to channels.
    pub transposed: bool,
}

impl<'a, T> Weight<'a, T> {
    /// The matrix of one tap and one group: source channels × destination channels.
    fn tap(&self, tap: usize, group: usize) -> MatRef<'a, T> {
        let offset = tap * self.group_channels * self.filters + group * self.group_filters;
        let size = [self.group_channels, self.group_filters];
        let matrix = MatRef::new(self.data, offset, size, [self.filters as isize, 1]);
        if self.transposed { matrix.t() } else { matrix }
    }
}

/// Nanoseconds that so many multiply-adds take on a typical machine.
pub(super) fn cost<T>(multiply_adds: usize) -> Work {
    Work::per_element(multiply_adds, 0.005 * size_of::<T>() as f64)
}

/// Computes the correlation of `source` with `weight` into `dest`, which elsewhere (where no tap reaches) stays as it is.
pub(super) fn correlate<T: Fast>(
    plan: &Plan,
    source: &[T],
    weight: Weight<'_, T>,
    bias: Option<&[T]>,
    dest: &mut [T],
) {
    let dest = Shared::new(dest);
    for phase in &plan.phases {
        correlate_phase(plan, phase, source, weight, bias, &dest);
    }
}

fn correlate_phase<T: Fast>(
    plan: &Plan,
    phase: &Phase,
    source: &[T],
    weight: Weight<'_, T>,
    bias: Option<&[T]>,
    dest: &Shared<T>,
) {
    let (group_source, group_dest) = (
        plan.source_channels / plan.groups,
        plan.dest_channels / plan.groups,
    );
    let taps = band::weight_taps(plan, phase);
    let depth = taps.len() * group_source;
    let group_size = depth * group_dest.next_multiple_of(product::tile_width::<T>());
    let mut packed = scratch::take::<T>(plan.groups * group_size);
    for (group, packed) in packed.chunks_exact_mut(group_size).enumerate() {
        simd::run(PackWeight {
            weight,
            group,
            taps: &taps,
            depth,
            packed,
        });
    }

    let positions: usize = phase.iter().map(|axis| axis.count).product();
    let multiply_adds = positions * depth * plan.dest_channels;
    let cut = Cut::new::<T>(plan, phase, multiply_adds);
    let last = phase.len() - 1;
    parallel::for_each(
        plan.batch * cut.bands,
        cost::<T>(plan.batch * multiply_adds),
        |task| {
            let (image, index) = (task / cut.bands, task % cut.bands);
            let ranges = cut.ranges(phase, index);
            let pixels = band::pixels(
                plan,
                phase,
                &ranges,
                &source[image * plan.source_image()..][..plan.source_image()],
            );
            let runs = band::runs(plan, phase, &pixels.strides);
            let correlation = Correlation {
                pixels: pixels.pointer(),
                rows: &band::rows(plan, phase, &ranges, &pixels.strides),
                width: ranges[last].1 - ranges[last].0,
                pixel: (phase[last].advance * plan.source_channels) as isize,
                runs: &runs.offsets,
                run: runs.taps * group_source,
                packed: &packed,
                groups: plan.groups,
                group_source,
                group_dest,
                bias,
                dest: dest.at(image * plan.dest_image()),
                dest_pixel: phase[last].step * plan.dest_channels,
            };
            simd::run(correlation);
        },
    );
}

/// Packs the taps of one group, below each other, into panels.
struct PackWeight<'a, T> {
    weight: Weight<'a, T>,
    group: usize,
    taps: &'a [usize],
    depth: usize,
    packed: &'a mut [T],
}

impl<T: Fast> Kernel<T> for PackWeight<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        for (i, &tap) in self.taps.iter().enumerate() {
            let tap = self.weight.tap(tap, self.group);
            // SAFETY: the matrix was checked when it was made.
            unsafe { pack_b::<V>(tap, T::ZERO, self.depth, i * tap.rows(), self.packed) };
        }
    }
}

/// One band of a correlation.
///
/// Made by [`correlate_phase`] only, whose geometry says that all rows, runs and pixels lie inside the pixels and the destination.
struct Correlation<'a, T> {
    /// The first pixel that the first position looks at.
    pixels: *const T,
    /// Where each row of positions starts, in the pixels and in the destination.
    rows: &'a [(usize, usize)],
    /// Positions in a row.
    width: usize,
    /// The distance between the pixels of neighbouring positions.
    pixel: isize,
    runs: &'a [isize],
    run: usize,
    packed: &'a [T],
    groups: usize,
    group_source: usize,
    group_dest: usize,
    bias: Option<&'a [T]>,
    dest: *mut T,
    /// The distance between neighbouring positions in the destination.
    dest_pixel: usize,
}

impl<T: Fast> Kernel<T> for Correlation<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let panel = 2 * V::LANES;
        let depth = self.runs.len() * self.run;
        let group_size = depth * self.group_dest.next_multiple_of(panel);
        let tiles = self.width.div_ceil(V::TILE_ROWS);
        for group in 0..self.groups {
            for left in (0..self.group_dest).step_by(panel) {
                let channel = group * self.group_dest + left;
                let start = match self.bias {
                    Some(bias) => Start::Row(bias[channel..].as_ptr()),
                    None => Start::Zero,
                };
                let b = self.packed[group * group_size + left * depth..].as_ptr();
                for &(row, dest) in self.rows {
                    for t in 0..tiles {
                        let (first, count) = piece(self.width, tiles, t);
                        let a = self.pixels.wrapping_add(row + group * self.group_source);
                        let tile = Tile {
                            a: a.wrapping_offset(first as isize * self.pixel),
                            a_row: self.pixel,
                            a_col: 1,
                            runs: self.runs,
                            run: self.run,
                            b,
                            b_row: panel as isize,
                            c: self
                                .dest
                                .wrapping_add(dest + first * self.dest_pixel + channel),
                            c_row: self.dest_pixel,
                            start,
                            ahead: None,
                        };
                        // SAFETY: the positions are the band's, whose destination belongs to this task alone; the
                        // packed panel has `depth` rows of two registers.
                        unsafe { tile.compute::<V>(count, (self.group_dest - left).min(panel)) };
                    }
                }
            }
        }
    }
}
