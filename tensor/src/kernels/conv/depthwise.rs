//! Depthwise convolutions: as many groups as channels, one filter to a group.
//!
//! There is no sum over channels, so there is no matrix product in it: each channel is a lane, and a tap is one multiply-add. The time goes into
//! reading the image, which each task therefore does from a band that stays in the cache.

use super::band::{self, Cut};
use super::dense::cost;
use super::plan::{Phase, Plan};
use super::weight::sum_in_chunks;
use crate::kernels::parallel;
use crate::kernels::product::Fast;
use crate::kernels::shared::Shared;
use crate::kernels::simd::{self, Kernel, Vector};
use smallvec::SmallVec;

/// Positions that are computed together, so that a tap's weight is read once for all.
const TOGETHER: usize = 4;
/// Taps whose sums are kept together in registers.
const TAPS: usize = 9;
/// How much slower a multiply-add is here than in a matrix product.
const SLOWER: usize = 4;

/// Computes the correlation of `source` with `weight` (`[taps, channels]`) into `dest`, which stays as it is where no tap reaches.
pub(super) fn correlate<T: Fast>(
    plan: &Plan,
    source: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    dest: &mut [T],
) {
    let dest = Shared::new(dest);
    for phase in &plan.phases {
        let taps = band::weight_taps(plan, phase);
        let positions: usize = phase.iter().map(|axis| axis.count).product();
        let multiply_adds = SLOWER * positions * taps.len() * plan.dest_channels;
        let cut = Cut::new::<T>(plan, phase, multiply_adds);
        let last = phase.len() - 1;
        parallel::for_each(
            plan.batch * cut.bands,
            cost::<T>(plan.batch * multiply_adds),
            |task| {
                let (image, index) = (task / cut.bands, task % cut.bands);
                let ranges = cut.ranges(phase, index);
                let image_pixels = &source[image * plan.source_image()..][..plan.source_image()];
                let pixels = band::pixels(plan, phase, &ranges, image_pixels);
                simd::run(Correlation {
                    pixels: pixels.pointer(),
                    rows: &band::rows(plan, phase, &ranges, &pixels.strides),
                    width: ranges[last].1 - ranges[last].0,
                    pixel: phase[last].advance * plan.source_channels,
                    offsets: &offsets(plan, phase, &pixels.strides),
                    taps: &taps,
                    weight,
                    channels: plan.source_channels,
                    bias,
                    dest: dest.at(image * plan.dest_image()),
                    dest_pixel: phase[last].step * plan.dest_channels,
                });
            },
        );
    }
}

/// Where each tap looks, relative to a position's first pixel.
fn offsets(plan: &Plan, phase: &Phase, strides: &[usize]) -> SmallVec<[usize; 32]> {
    band::runs(plan, phase, strides)
        .offsets
        .iter()
        .map(|&offset| offset as usize)
        .collect()
}

/// One band. Made by [`correlate`] only, whose geometry says that all rows and taps lie inside the pixels and the destination.
struct Correlation<'a, T> {
    pixels: *const T,
    rows: &'a [(usize, usize)],
    width: usize,
    pixel: usize,
    offsets: &'a [usize],
    taps: &'a [usize],
    weight: &'a [T],
    channels: usize,
    bias: Option<&'a [T]>,
    dest: *mut T,
    dest_pixel: usize,
}

impl<T: Fast> Kernel<T> for Correlation<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        for &(row, dest) in self.rows {
            for first in (0..self.width).step_by(TOGETHER) {
                let count = (self.width - first).min(TOGETHER);
                for channel in (0..self.channels).step_by(V::LANES) {
                    let lanes = (self.channels - channel).min(V::LANES);
                    let from = self.pixels.wrapping_add(row + first * self.pixel + channel);
                    let to = self
                        .dest
                        .wrapping_add(dest + first * self.dest_pixel + channel);
                    // SAFETY: `count` positions of the row and `lanes` channels from `channel` on exist.
                    unsafe {
                        if count == TOGETHER && lanes == V::LANES {
                            self.positions::<V, TOGETHER, true>(channel, lanes, from, to);
                        } else {
                            for p in 0..count {
                                let (from, to) =
                                    (from.add(p * self.pixel), to.add(p * self.dest_pixel));
                                self.positions::<V, 1, false>(channel, lanes, from, to);
                            }
                        }
                    }
                }
            }
        }
    }
}

impl<T: Fast> Correlation<'_, T> {
    /// `P` neighbouring positions, `lanes` channels.
    ///
    /// # Safety
    ///
    /// The processor has the instructions of `V`, the positions and channels exist; `lanes` is `LANES` if `WHOLE`.
    #[inline(always)]
    unsafe fn positions<V: Vector<Element = T>, const P: usize, const WHOLE: bool>(
        &self,
        channel: usize,
        lanes: usize,
        from: *const T,
        to: *mut T,
    ) {
        // SAFETY: the caller's promise: reads and writes stay in the channels of taps and positions that exist.
        unsafe {
            let load = |from: *const T| {
                if WHOLE {
                    V::load(from)
                } else {
                    V::load_first(from, lanes)
                }
            };
            let start = match self.bias {
                Some(bias) => load(bias.as_ptr().add(channel)),
                None => V::zero(),
            };
            let mut sums = [start; P];
            for (&offset, &tap) in self.offsets.iter().zip(self.taps) {
                let weight = load(self.weight.as_ptr().add(tap * self.channels + channel));
                for (p, sum) in sums.iter_mut().enumerate() {
                    *sum = load(from.add(offset + p * self.pixel)).mul_add(weight, *sum);
                }
            }
            for (p, sum) in sums.into_iter().enumerate() {
                let to = to.add(p * self.dest_pixel);
                if WHOLE {
                    sum.store(to);
                } else {
                    sum.store_first(to, lanes);
                }
            }
        }
    }
}

/// Computes the weight gradient into `gw`, with the plan of the forward.
pub(super) fn weight_grad<T: Fast>(plan: &Plan, x: &[T], gy: &[T], gw: &mut [T]) {
    let phase = &plan.phases[0];
    let positions: usize = phase.iter().map(|axis| axis.count).product();
    let multiply_adds = SLOWER * positions * gw.len();
    let cut = Cut::new::<T>(plan, phase, multiply_adds);
    let last = phase.len() - 1;
    let units = plan.batch * cut.bands;
    let length = gw.len();
    sum_in_chunks(
        units,
        1,
        plan.batch * multiply_adds,
        gw,
        |unit, _, overwrite, sums| {
            let (image, index) = (unit / cut.bands, unit % cut.bands);
            let x = &x[image * plan.source_image()..][..plan.source_image()];
            let ranges = cut.ranges(phase, index);
            let pixels = band::pixels(plan, phase, &ranges, x);
            // SAFETY: with one part to a chunk, the task has all `length` sums of the chunk to itself.
            let sums = unsafe { std::slice::from_raw_parts_mut(sums, length) };
            if overwrite {
                sums.fill(T::ZERO);
            }
            simd::run(WeightBand {
                pixels: pixels.pointer(),
                rows: &band::rows(plan, phase, &ranges, &pixels.strides),
                width: ranges[last].1 - ranges[last].0,
                pixel: phase[last].advance * plan.source_channels,
                offsets: &offsets(plan, phase, &pixels.strides),
                channels: plan.source_channels,
                gy: &gy[image * plan.dest_image()..][..plan.dest_image()],
                sums,
            });
        },
    );
}

/// One band of the weight gradient. Made by [`weight_grad`] only, whose geometry says that all rows and taps lie inside the pixels and gy.
struct WeightBand<'a, T> {
    pixels: *const T,
    rows: &'a [(usize, usize)],
    width: usize,
    pixel: usize,
    offsets: &'a [usize],
    channels: usize,
    gy: &'a [T],
    sums: &'a mut [T],
}

impl<T: Fast> Kernel<T> for WeightBand<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(mut self) {
        let whole = self.offsets.len() / TAPS * TAPS;
        for channel in (0..self.channels).step_by(V::LANES) {
            let lanes = (self.channels - channel).min(V::LANES);
            for tap in (0..whole).step_by(TAPS) {
                // SAFETY: taps and channels exist.
                unsafe { self.taps::<V, TAPS>(tap, channel, lanes) };
            }
            for tap in whole..self.offsets.len() {
                // SAFETY: as above.
                unsafe { self.taps::<V, 1>(tap, channel, lanes) };
            }
        }
    }
}

impl<T: Fast> WeightBand<'_, T> {
    /// `N` taps from `first` on, `lanes` channels.
    ///
    /// # Safety
    ///
    /// The processor has the instructions of `V`; taps and channels exist.
    #[inline(always)]
    unsafe fn taps<V: Vector<Element = T>, const N: usize>(
        &mut self,
        first: usize,
        channel: usize,
        lanes: usize,
    ) {
        let offsets: [usize; N] = self.offsets[first..first + N].try_into().expect("N taps");
        // SAFETY: the caller's promise: reads and writes stay in the channels of taps and positions that exist.
        unsafe {
            let mut sums = [V::zero(); N];
            for &(row, dest) in self.rows {
                let mut from = self.pixels.wrapping_add(row + channel);
                let mut gy = self.gy.as_ptr().wrapping_add(dest + channel);
                for _ in 0..self.width {
                    let slope = V::load_first(gy, lanes);
                    for (sum, offset) in sums.iter_mut().zip(offsets) {
                        *sum = V::load_first(from.add(offset), lanes).mul_add(slope, *sum);
                    }
                    from = from.wrapping_add(self.pixel);
                    gy = gy.wrapping_add(self.channels);
                }
            }
            for (i, sum) in sums.into_iter().enumerate() {
                let to = self
                    .sums
                    .as_mut_ptr()
                    .add((first + i) * self.channels + channel);
                V::load_first(to, lanes).add(sum).store_first(to, lanes);
            }
        }
    }
}
