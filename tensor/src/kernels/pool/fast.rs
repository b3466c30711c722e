//! Pooling over the channels at once: for each window one pass over the channels of each of its pixels, which the compiler vectorises.

use super::windows::Windows;
use super::{PoolAxis, PoolShape};
use crate::Float;
use crate::kernels::parallel::{self, Work};
use crate::kernels::product::Fast;
use crate::kernels::simd::{self, Kernel, Vector};
use std::ops::Range;

/// Elements of y to a task.
const TASK: usize = 1 << 14;

/// Nanoseconds for all windows.
fn cost(shape: &PoolShape, windows: usize) -> Work {
    let terms = shape.taps() as f64 * shape.channels as f64;
    Work::per_element(windows, 20.0 + 0.3 * terms)
}

/// Computes y in runs of pixels, spread over the threads: `body` gets the windows, which stand at the run's first pixel, and the run.
pub(super) fn by_runs<T: Fast>(
    shape: &PoolShape,
    x: &[T],
    y: &mut [T],
    body: impl Fn(Windows<'_>, &mut [T]) + Sync,
) {
    shape.check_lengths(x.len(), y.len());
    if y.is_empty() {
        return;
    }
    let work = cost(shape, y.len() / shape.channels);
    let at_once = parallel::rows_per_chunk(shape.channels, TASK);
    parallel::for_each_chunk(y, at_once * shape.channels, work, |index, y| {
        body(Windows::starting_at(shape, index * at_once), y);
    });
}

/// One image of x and of y.
pub(super) struct Image<'a> {
    /// Its windows.
    pub windows: Windows<'a>,
    /// Its first pixel in x.
    pub first: usize,
    /// Where it is in y.
    pub results: Range<usize>,
}

/// Computes the gradient of x image by image, spread over the threads: windows may overlap, images don't.
pub(super) fn by_images<T: Fast>(
    shape: &PoolShape,
    gy: &[T],
    gx: &mut [T],
    body: impl Fn(Image<'_>, &mut [T]) + Sync,
) {
    shape.check_lengths(gx.len(), gy.len());
    if gy.is_empty() {
        return gx.fill(T::ZERO);
    }
    let (x_image, y_image) = images(shape);
    let work = cost(shape, gy.len() / shape.channels);
    parallel::for_each_chunk(gx, x_image, work, |image, gx| {
        let results = image * y_image..(image + 1) * y_image;
        let image = Image {
            windows: Windows::starting_at(shape, results.start / shape.channels),
            first: image * x_image / shape.channels,
            results,
        };
        gx.fill(T::ZERO);
        body(image, gx);
    });
}

/// Elements of one image of x, and of one of y.
fn images(shape: &PoolShape) -> (usize, usize) {
    let x: usize = shape.axes.iter().map(PoolAxis::input).product();
    let y: usize = shape.axes.iter().map(PoolAxis::output).product();
    (x * shape.channels, y * shape.channels)
}

/// By what the sum of a window with so many elements inside x is divided.
fn divisor<T: Float>(shape: &PoolShape, count_include_pad: bool, inside: usize) -> T {
    let count = if count_include_pad {
        shape.taps()
    } else {
        inside
    };
    T::from_f64(count as f64)
}

pub(super) fn max_pool<T: Fast>(shape: &PoolShape, x: &[T], y: &mut [T], indices: &mut [i64]) {
    shape.check_lengths(x.len(), y.len());
    assert_eq!(indices.len(), y.len(), "an index for each element of y");
    if y.is_empty() {
        return;
    }
    let work = cost(shape, y.len() / shape.channels);
    let at_once = parallel::rows_per_chunk(shape.channels, TASK);
    let chunk = at_once * shape.channels;
    parallel::for_each_chunk2((y, chunk), (indices, chunk), work, |index, y, indices| {
        let windows = Windows::starting_at(shape, index * at_once);
        simd::run(MaxPool {
            windows,
            channels: shape.channels,
            x,
            y,
            indices,
        });
    });
}

struct MaxPool<'a, T> {
    windows: Windows<'a>,
    channels: usize,
    x: &'a [T],
    y: &'a mut [T],
    indices: &'a mut [i64],
}

impl<T: Fast> Kernel<T> for MaxPool<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let MaxPool {
            mut windows,
            channels,
            x,
            y,
            indices,
        } = self;
        for (y, indices) in y
            .chunks_exact_mut(channels)
            .zip(indices.chunks_exact_mut(channels))
        {
            let first = windows.pixels[0] * channels;
            y.copy_from_slice(&x[first..][..channels]);
            for (c, index) in indices.iter_mut().enumerate() {
                *index = (first + c) as i64;
            }
            for &pixel in &windows.pixels[1..] {
                let here = pixel * channels;
                let x = &x[here..][..channels];
                for (c, ((best, index), &x)) in
                    y.iter_mut().zip(indices.iter_mut()).zip(x).enumerate()
                {
                    // Larger, or the first NaN: nothing is above a NaN that has been found.
                    #[allow(clippy::neg_cmp_op_on_partial_ord, clippy::eq_op)]
                    let wins = !(x <= *best) & (*best == *best);
                    *best = if wins { x } else { *best };
                    *index = if wins { (here + c) as i64 } else { *index };
                }
            }
            windows.advance();
        }
    }
}

pub(super) fn max_pool_grad<T: Fast>(shape: &PoolShape, gy: &[T], indices: &[i64], gx: &mut [T]) {
    shape.check_lengths(gx.len(), gy.len());
    assert_eq!(indices.len(), gy.len(), "an index for each element of gy");
    if gy.is_empty() {
        return gx.fill(T::ZERO);
    }
    let (x_image, y_image) = images(shape);
    let work = Work::per_element(gy.len(), 1.5);
    parallel::for_each_chunk(gx, x_image, work, |image, gx| {
        gx.fill(T::ZERO);
        let y = image * y_image..(image + 1) * y_image;
        for (&gy, &index) in gy[y.clone()].iter().zip(&indices[y]) {
            gx[index as usize - image * x_image] += gy;
        }
    });
}

pub(super) fn avg_pool<T: Fast>(shape: &PoolShape, count_include_pad: bool, x: &[T], y: &mut [T]) {
    by_runs(shape, x, y, |windows, y| {
        simd::run(AvgPool {
            shape,
            windows,
            count_include_pad,
            x,
            y,
        });
    });
}

struct AvgPool<'a, T> {
    shape: &'a PoolShape,
    windows: Windows<'a>,
    count_include_pad: bool,
    x: &'a [T],
    y: &'a mut [T],
}

impl<T: Fast> Kernel<T> for AvgPool<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let AvgPool {
            shape,
            mut windows,
            count_include_pad,
            x,
            y,
        } = self;
        let channels = shape.channels;
        for y in y.chunks_exact_mut(channels) {
            let divisor = divisor::<T>(shape, count_include_pad, windows.pixels.len());
            y.fill(T::ZERO);
            for &pixel in &windows.pixels {
                for (sum, &x) in y.iter_mut().zip(&x[pixel * channels..][..channels]) {
                    *sum += x;
                }
            }
            for y in y {
                *y /= divisor;
            }
            windows.advance();
        }
    }
}

pub(super) fn avg_pool_grad<T: Fast>(
    shape: &PoolShape,
    count_include_pad: bool,
    gy: &[T],
    gx: &mut [T],
) {
    by_images(shape, gy, gx, |image, gx| {
        simd::run(AvgPoolGrad {
            shape,
            count_include_pad,
            gy: &gy[image.results.clone()],
            image,
            gx,
        });
    });
}

struct AvgPoolGrad<'a, T> {
    shape: &'a PoolShape,
    image: Image<'a>,
    count_include_pad: bool,
    gy: &'a [T],
    gx: &'a mut [T],
}

impl<T: Fast> Kernel<T> for AvgPoolGrad<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let AvgPoolGrad {
            shape,
            image,
            count_include_pad,
            gy,
            gx,
        } = self;
        let (mut windows, first, channels) = (image.windows, image.first, shape.channels);
        for gy in gy.chunks_exact(channels) {
            let divisor = divisor::<T>(shape, count_include_pad, windows.pixels.len());
            for &pixel in &windows.pixels {
                let gx = &mut gx[(pixel - first) * channels..][..channels];
                for (gx, &gy) in gx.iter_mut().zip(gy) {
                    *gx += gy / divisor;
                }
            }
            windows.advance();
        }
    }
}
