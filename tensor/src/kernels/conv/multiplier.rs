//! Depthwise convolutions with several filters to a channel.
//!
//! Filter f of channel `c = ⌊f/M⌋` sees that channel alone. With each channel of x repeated M times there is one filter to a channel again; the gradient
//! of the repetition is the sum over its copies.

use super::plan::Plan;
use super::{ConvShape, depthwise, gapless};
use crate::kernels::parallel::{self, Work};
use crate::kernels::product::Fast;
use crate::kernels::scratch::{self, Scratch};

/// Elements to a task.
const TASK: usize = 1 << 14;

/// The same convolution on repeated channels.
fn widened(shape: &ConvShape) -> ConvShape {
    ConvShape {
        channels: shape.filters,
        groups: shape.filters,
        ..shape.clone()
    }
}

/// x with each element repeated M times.
fn repeated<T: Fast>(x: &[T], times: usize) -> Scratch<T> {
    let mut wide = scratch::take::<T>(x.len() * times);
    let work = Work::per_element(wide.len(), 0.5);
    parallel::for_each_chunk(&mut wide, TASK * times, work, |index, wide| {
        for (wide, &x) in wide.chunks_exact_mut(times).zip(&x[index * TASK..]) {
            wide.fill(x);
        }
    });
    wide
}

/// [`super::ConvKernels::conv`].
pub(super) fn conv<T: Fast>(shape: &ConvShape, x: &[T], w: &[T], bias: Option<&[T]>, y: &mut [T]) {
    let x = repeated(x, shape.filters / shape.channels);
    depthwise::correlate(&Plan::forward(&widened(shape)), &x, w, bias, y);
}

/// [`super::ConvKernels::conv_input_grad`].
pub(super) fn input_grad<T: Fast>(shape: &ConvShape, gy: &[T], w: &[T], gx: &mut [T]) {
    let times = shape.filters / shape.channels;
    let mut wide = scratch::take::<T>(gx.len() * times);
    let plan = gapless(&widened(shape), &mut wide);
    depthwise::correlate(&plan, gy, w, None, &mut wide);
    parallel::for_each_chunk(gx, TASK, Work::per_element(wide.len(), 0.5), |index, gx| {
        for (gx, copies) in gx
            .iter_mut()
            .zip(wide[index * TASK * times..].chunks_exact(times))
        {
            *gx = copies.iter().copied().sum();
        }
    });
}

/// [`super::ConvKernels::conv_weight_grad`].
pub(super) fn weight_grad<T: Fast>(shape: &ConvShape, x: &[T], gy: &[T], gw: &mut [T]) {
    let x = repeated(x, shape.filters / shape.channels);
    depthwise::weight_grad(&Plan::forward(&widened(shape)), &x, gy, gw);
}
