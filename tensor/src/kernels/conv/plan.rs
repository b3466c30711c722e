//! One plan for the convolution and for its input gradient.
//!
//! Both are a **correlation**: each position of a destination gathers, through a list of taps, from a source.
//!
//! - Forward, the destination is y, the source x: position o gathers from `o·s + t·d − before`.
//! - For the input gradient, the destination is gx, the source gy: position i gathers from `(i + before − t·d)/s`, for those taps t for which
//!   that is whole. Positions with the same remainder of i by s have the same taps: they are a **phase**. A phase
//!   visits every s-th position, and there the source moves on by one: a convolution with stride 1. Nothing is multiplied by
//!   the zeros of a spread-out gy.
//!
//! So a phase is, on each axis: positions `start + step·q`, and for each q the source positions `q·advance + offset`, an offset for each tap.

use super::ConvShape;
use crate::kernels::window::{Axis, PerAxis};
use smallvec::SmallVec;

/// What a phase does on one axis.
#[derive(Clone, Debug)]
pub(super) struct AxisPhase {
    /// The first position of the destination.
    pub start: usize,
    /// The distance between positions.
    pub step: usize,
    /// How many positions there are.
    pub count: usize,
    /// How far the source moves from one position to the next.
    pub advance: usize,
    /// Where in the source each tap looks, relative to `q·advance`, and the tap's number; ascending.
    pub taps: SmallVec<[(isize, usize); 4]>,
}

impl AxisPhase {
    fn forward(axis: &Axis) -> Self {
        let offset = |t| (t * axis.dilation) as isize - axis.before as isize;
        let taps = (0..axis.kernel).map(|t| (offset(t), t)).collect();
        AxisPhase {
            start: 0,
            step: 1,
            count: axis.output,
            advance: axis.stride,
            taps,
        }
    }

    /// The positions with remainder `start` by the stride.
    fn input_grad(axis: &Axis, start: usize) -> Self {
        let stride = axis.stride as isize;
        let mut taps: SmallVec<[(isize, usize); 4]> = (0..axis.kernel)
            .map(|t| {
                (
                    (start + axis.before) as isize - (t * axis.dilation) as isize,
                    t,
                )
            })
            .filter(|(distance, _)| distance.rem_euclid(stride) == 0)
            .map(|(distance, t)| (distance / stride, t))
            .collect();
        taps.reverse();
        let count = axis.input.saturating_sub(start).div_ceil(axis.stride);
        AxisPhase {
            start,
            step: axis.stride,
            count,
            advance: 1,
            taps,
        }
    }

    /// The source positions that the positions `from..to` look at: the first, and how many.
    pub fn region(&self, from: usize, to: usize) -> (isize, usize) {
        let (lowest, highest) = (self.taps[0].0, self.taps[self.taps.len() - 1].0);
        let steps = (to - from - 1) * self.advance;
        (
            lowest + (from * self.advance) as isize,
            steps + (highest - lowest) as usize + 1,
        )
    }
}

/// A part of a correlation in which all positions have the same taps.
pub(super) type Phase = PerAxis<AxisPhase>;

/// Sizes of source and destination, and the phases.
#[derive(Debug)]
pub(super) struct Plan {
    pub batch: usize,
    pub groups: usize,
    /// Spatial sizes of the source.
    pub source: PerAxis<usize>,
    pub source_channels: usize,
    /// Spatial sizes of the destination.
    pub dest: PerAxis<usize>,
    pub dest_channels: usize,
    /// Taps of the kernel on each axis.
    pub kernel: PerAxis<usize>,
    pub phases: Vec<Phase>,
    /// Whether some position has no tap at all.
    pub gaps: bool,
}

impl Plan {
    pub fn forward(shape: &ConvShape) -> Self {
        let axes = padded_axes(shape);
        let phase = axes.iter().map(AxisPhase::forward).collect();
        Plan {
            batch: shape.batch,
            groups: shape.groups,
            source: axes.iter().map(|axis| axis.input).collect(),
            source_channels: shape.channels,
            dest: axes.iter().map(|axis| axis.output).collect(),
            dest_channels: shape.filters,
            kernel: axes.iter().map(|axis| axis.kernel).collect(),
            phases: vec![phase],
            gaps: false,
        }
    }

    pub fn input_grad(shape: &ConvShape) -> Self {
        let axes = padded_axes(shape);
        let mut phases: Vec<Phase> = vec![Phase::new()];
        let mut gaps = false;
        for axis in &axes {
            let mut longer = Vec::new();
            for phase in &phases {
                for start in 0..axis.stride.min(axis.input) {
                    let here = AxisPhase::input_grad(axis, start);
                    if here.taps.is_empty() {
                        gaps = true;
                        continue;
                    }
                    let mut phase = phase.clone();
                    phase.push(here);
                    longer.push(phase);
                }
            }
            phases = longer;
        }
        Plan {
            batch: shape.batch,
            groups: shape.groups,
            source: axes.iter().map(|axis| axis.output).collect(),
            source_channels: shape.filters,
            dest: axes.iter().map(|axis| axis.input).collect(),
            dest_channels: shape.channels,
            kernel: axes.iter().map(|axis| axis.kernel).collect(),
            phases,
            gaps,
        }
    }

    /// Elements of one image of the source.
    pub fn source_image(&self) -> usize {
        self.source.iter().product::<usize>() * self.source_channels
    }

    /// Elements of one image of the destination.
    pub fn dest_image(&self) -> usize {
        self.dest.iter().product::<usize>() * self.dest_channels
    }

    /// The number in the weight of the tap that has this number on each axis.
    pub fn weight_tap(&self, taps: impl Iterator<Item = usize>) -> usize {
        self.kernel
            .iter()
            .zip(taps)
            .fold(0, |flat, (&size, t)| flat * size + t)
    }
}

/// The axes of the shape, with axes of size 1 in front if there are less than two.
fn padded_axes(shape: &ConvShape) -> PerAxis<Axis> {
    let absent = Axis {
        input: 1,
        output: 1,
        kernel: 1,
        stride: 1,
        dilation: 1,
        before: 0,
    };
    let missing = 2usize.saturating_sub(shape.axes.len());
    std::iter::repeat_n(absent, missing)
        .chain(shape.axes.iter().copied())
        .collect()
}
