//! Bands: the part of an image that one task works on, small enough to stay in the second-level cache.
//!
//! A band is a range of positions on one axis, with all positions on the others. What it needs of the source is a box. Where the box lies inside
//! the source, it's read where it stands; where it reaches into the padding, it's copied once into scratch memory with a border of zeros. From
//! then on there are no edges: each tap of each position is a fixed distance from the position's pixel.

use super::plan::{Phase, Plan};
use crate::kernels::product::Fast;
use crate::kernels::product::tile::piece;
use crate::kernels::scratch::{self, Scratch};
use crate::kernels::window::{PerAxis, for_each_index};
use smallvec::SmallVec;

/// Bytes of the source that a band reads: less than half of a 512 KiB L2 cache.
const NEAR: usize = 192 << 10;
/// Tasks that are enough for any machine.
const TASKS: usize = 16;
/// Multiply-adds that are worth a task of their own.
const TASK: usize = 1 << 18;

/// How a phase is cut into bands.
pub(super) struct Cut {
    axis: usize,
    pub bands: usize,
}

impl Cut {
    /// Bands for one image of a batch, `multiply_adds` to an image.
    pub fn new<T>(plan: &Plan, phase: &Phase, multiply_adds: usize) -> Self {
        let axis = phase.iter().position(|axis| axis.count > 1).unwrap_or(0);
        let count = phase[axis].count;
        let inner: usize = phase[axis + 1..]
            .iter()
            .map(|axis| axis.region(0, axis.count.max(1)).1)
            .fold(1, usize::saturating_mul);
        // Saturating: where there is but one window, the stride may be any number.
        let bytes = [inner, plan.source_channels, size_of::<T>()]
            .into_iter()
            .fold(phase[axis].advance, usize::saturating_mul);
        let for_cache = count.div_ceil((NEAR / bytes.max(1)).max(1));
        let for_threads = (TASKS / plan.batch.max(1)).min(multiply_adds / TASK);
        Cut {
            axis,
            bands: for_cache.max(for_threads).clamp(1, count.max(1)),
        }
    }

    /// The positions of band `index` on each axis: from, to.
    pub fn ranges(&self, phase: &Phase, index: usize) -> PerAxis<(usize, usize)> {
        let mut ranges: PerAxis<(usize, usize)> =
            phase.iter().map(|axis| (0, axis.count)).collect();
        let (from, size) = piece(phase[self.axis].count, self.bands, index);
        ranges[self.axis] = (from, from + size);
        ranges
    }
}

/// The pixels that a band reads: no edges, fixed distances.
pub(super) struct Pixels<'a, T> {
    source: &'a [T],
    copy: Option<Scratch<T>>,
    first: usize,
    /// The distance between pixels on each axis.
    pub strides: PerAxis<usize>,
    /// The distance between images.
    pub image: usize,
}

impl<T: Fast> Pixels<'_, T> {
    /// The first pixel of the box.
    pub fn pointer(&self) -> *const T {
        match &self.copy {
            Some(copy) => copy.as_ptr(),
            None => self.source[self.first..].as_ptr(),
        }
    }
}

/// Distances between pixels of an image of these sizes.
fn strides(dims: &[usize], channels: usize) -> PerAxis<usize> {
    let mut strides: PerAxis<usize> = SmallVec::from_elem(channels, dims.len());
    for axis in (1..dims.len()).rev() {
        strides[axis - 1] = strides[axis] * dims[axis];
    }
    strides
}

/// What the positions in `ranges` look at in one or several images of the source.
pub(super) fn pixels<'a, T: Fast>(
    plan: &Plan,
    phase: &Phase,
    ranges: &[(usize, usize)],
    images: &'a [T],
) -> Pixels<'a, T> {
    let channels = plan.source_channels;
    let regions: PerAxis<(isize, usize)> = phase
        .iter()
        .zip(ranges)
        .map(|(axis, &(from, to))| axis.region(from, to))
        .collect();
    let inside = |(&(first, length), &size): (&(isize, usize), &usize)| {
        first >= 0 && first as usize + length <= size
    };
    let from = strides(&plan.source, channels);
    if regions.iter().zip(&plan.source).all(inside) {
        let first = regions
            .iter()
            .zip(&from)
            .map(|(&(first, _), &stride)| first as usize * stride)
            .sum();
        let image = plan.source_image();
        return Pixels {
            source: images,
            copy: None,
            first,
            strides: from,
            image,
        };
    }
    let dims: PerAxis<usize> = regions.iter().map(|&(_, length)| length).collect();
    let size = dims.iter().product::<usize>() * channels;
    let mut copy = scratch::take::<T>(images.len() / plan.source_image() * size);
    let last = dims.len() - 1;
    // On the last axis: zeros, then pixels of the source, then zeros.
    let (first, length) = regions[last];
    let left = (first.min(0).unsigned_abs()).min(length);
    let begin = first.max(0) as usize;
    let middle = plan.source[last].saturating_sub(begin).min(length - left);
    for (image, copy) in images
        .chunks_exact(plan.source_image())
        .zip(copy.chunks_exact_mut(size))
    {
        let mut rows = copy.chunks_exact_mut(length * channels);
        for_each_index(&dims[..last], |index| {
            let row = rows.next().expect("a row for each index");
            let start = index.iter().enumerate().try_fold(0, |start, (axis, &i)| {
                let position = usize::try_from(regions[axis].0 + i as isize).ok()?;
                (position < plan.source[axis]).then_some(start + position * from[axis])
            });
            let Some(start) = start.filter(|_| middle > 0) else {
                return row.fill(T::ZERO);
            };
            let (zeros, rest) = row.split_at_mut(left * channels);
            let (pixels, more_zeros) = rest.split_at_mut(middle * channels);
            zeros.fill(T::ZERO);
            pixels.copy_from_slice(&image[start + begin * channels..][..middle * channels]);
            more_zeros.fill(T::ZERO);
        });
    }
    Pixels {
        source: images,
        copy: Some(copy),
        first: 0,
        strides: strides(&dims, channels),
        image: size,
    }
}

/// The taps of a phase in runs of contiguous memory.
pub(super) struct Runs {
    /// Where each run starts, relative to a position's first pixel.
    pub offsets: SmallVec<[isize; 32]>,
    /// Taps in a run.
    pub taps: usize,
}

/// How many taps of the last axis lie side by side, so that one run reads them with all their channels: all or one.
pub(super) fn taps_in_a_run(plan: &Plan, phase: &Phase) -> usize {
    let last = &phase[phase.len() - 1].taps;
    let side_by_side = last.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1);
    if plan.groups == 1 && side_by_side {
        last.len()
    } else {
        1
    }
}

/// The runs of a phase on pixels with these `strides`, in the order of [`weight_taps`].
pub(super) fn runs(plan: &Plan, phase: &Phase, strides: &[usize]) -> Runs {
    let taps = taps_in_a_run(plan, phase);
    let mut counts: PerAxis<usize> = phase.iter().map(|axis| axis.taps.len()).collect();
    let last = counts.len() - 1;
    counts[last] /= taps;
    let mut offsets = SmallVec::new();
    for_each_index(&counts, |index| {
        let offset = phase.iter().enumerate().map(|(axis, phase)| {
            let tap = if axis == last {
                index[axis] * taps
            } else {
                index[axis]
            };
            (phase.taps[tap].0 - phase.taps[0].0) * strides[axis] as isize
        });
        offsets.push(offset.sum());
    });
    Runs { offsets, taps }
}

/// The number in the weight of each tap of the phase, run after run.
pub(super) fn weight_taps(plan: &Plan, phase: &Phase) -> SmallVec<[usize; 32]> {
    let counts: PerAxis<usize> = phase.iter().map(|axis| axis.taps.len()).collect();
    let mut taps = SmallVec::new();
    for_each_index(&counts, |index| {
        taps.push(plan.weight_tap(phase.iter().zip(index).map(|(axis, &t)| axis.taps[t].1)));
    });
    taps
}

/// Where each row of a band's positions starts, in the pixels and in the destination's image.
pub(super) fn rows(
    plan: &Plan,
    phase: &Phase,
    ranges: &[(usize, usize)],
    from: &[usize],
) -> SmallVec<[(usize, usize); 64]> {
    let last = phase.len() - 1;
    let to = strides(&plan.dest, plan.dest_channels);
    let counts: PerAxis<usize> = ranges[..last].iter().map(|&(from, to)| to - from).collect();
    let dest = |axis: usize, q: usize| {
        (phase[axis].start + phase[axis].step * (ranges[axis].0 + q)) * to[axis]
    };
    let mut rows = SmallVec::new();
    for_each_index(&counts, |index| {
        let source = index
            .iter()
            .enumerate()
            .map(|(axis, &q)| q * phase[axis].advance * from[axis])
            .sum();
        let outer: usize = index
            .iter()
            .enumerate()
            .map(|(axis, &q)| dest(axis, q))
            .sum();
        rows.push((source, outer + dest(last, 0)));
    });
    rows
}
