//! The p-norm of each window: powers are summed plainly, and once more relative to the largest where that left the range of the type.

use super::PoolShape;
use super::fast::{TASK, cost, images};
use super::windows::Windows;
use crate::kernels::parallel;
use crate::kernels::product::Fast;
use crate::kernels::simd::{self, Kernel, Vector};
use crate::reference::pool::{lp_norm, power};

pub(super) fn lp_pool<T: Fast>(shape: &PoolShape, p: f64, x: &[T], y: &mut [T]) {
    shape.check_lengths(x.len(), y.len());
    if y.is_empty() {
        return;
    }
    let work = cost(shape, y.len() / shape.channels);
    let at_once = parallel::rows_per_chunk(shape.channels, TASK);
    parallel::for_each_chunk(y, at_once * shape.channels, work, |index, y| {
        let windows = Windows::starting_at(shape, index * at_once);
        let channels = shape.channels;
        simd::run(LpPool {
            windows,
            channels,
            p,
            x,
            y,
        });
    });
}

struct LpPool<'a, T> {
    windows: Windows<'a>,
    channels: usize,
    p: f64,
    x: &'a [T],
    y: &'a mut [T],
}

impl<T: Fast> Kernel<T> for LpPool<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let LpPool {
            mut windows,
            channels,
            p,
            x,
            y,
        } = self;
        // Above it, what underflowed doesn't count.
        let least = T::from_f64(if T::EPSILON > 1e-10 { 1e-30 } else { 1e-290 });
        for y in y.chunks_exact_mut(channels) {
            y.fill(T::ZERO);
            for &pixel in &windows.pixels {
                let x = &x[pixel * channels..][..channels];
                if p == 1.0 {
                    add(y, x, |x| x.abs());
                } else if p == 2.0 {
                    add(y, x, |x| x * x);
                } else {
                    add(y, x, |x| power(x.abs(), p));
                }
            }
            for (c, y) in y.iter_mut().enumerate() {
                *y = if *y >= least && *y < T::INFINITY {
                    power(*y, 1.0 / p)
                } else {
                    let window = windows.pixels.iter();
                    lp_norm(p, window.map(|pixel| x[pixel * channels + c]))
                };
            }
            windows.advance();
        }
    }
}

#[inline(always)]
fn add<T: Fast>(sums: &mut [T], x: &[T], term: impl Fn(T) -> T) {
    for (sum, &x) in sums.iter_mut().zip(x) {
        *sum += term(x);
    }
}

pub(super) fn lp_pool_grad<T: Fast>(
    shape: &PoolShape,
    p: f64,
    [x, y, gy]: [&[T]; 3],
    gx: &mut [T],
) {
    shape.check_lengths(x.len(), y.len());
    shape.check_lengths(gx.len(), gy.len());
    if gy.is_empty() {
        return gx.fill(T::ZERO);
    }
    let (x_image, y_image) = images(shape);
    let work = cost(shape, gy.len() / shape.channels);
    parallel::for_each_chunk(gx, x_image, work, |image, gx| {
        let here = image * y_image..(image + 1) * y_image;
        simd::run(LpPoolGrad {
            windows: Windows::starting_at(shape, here.start / shape.channels),
            first: image * x_image / shape.channels,
            channels: shape.channels,
            p,
            x,
            y: &y[here.clone()],
            gy: &gy[here],
            gx,
        });
    });
}

/// One image: windows may overlap, images don't.
struct LpPoolGrad<'a, T> {
    windows: Windows<'a>,
    /// The image's first pixel.
    first: usize,
    channels: usize,
    p: f64,
    /// All images.
    x: &'a [T],
    y: &'a [T],
    gy: &'a [T],
    gx: &'a mut [T],
}

impl<T: Fast> Kernel<T> for LpPoolGrad<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let LpPoolGrad {
            mut windows,
            first,
            channels,
            p,
            x,
            y,
            gy,
            gx,
        } = self;
        gx.fill(T::ZERO);
        for (y, gy) in y.chunks_exact(channels).zip(gy.chunks_exact(channels)) {
            for &pixel in &windows.pixels {
                let x = &x[pixel * channels..][..channels];
                let gx = &mut gx[(pixel - first) * channels..][..channels];
                if p == 1.0 {
                    spread([x, y, gy], gx, |_| T::one());
                } else if p == 2.0 {
                    spread([x, y, gy], gx, |ratio| ratio);
                } else {
                    spread([x, y, gy], gx, |ratio| power(ratio, p - 1.0));
                }
            }
            windows.advance();
        }
    }
}

/// `gx += gy · sign x · slope(|x|/y)`; nothing where x or y is 0.
#[inline(always)]
fn spread<T: Fast>([x, y, gy]: [&[T]; 3], gx: &mut [T], slope: impl Fn(T) -> T) {
    for ((gx, &gy), (&x, &y)) in gx.iter_mut().zip(gy).zip(x.iter().zip(y)) {
        let share = gy * slope(x.abs() / y);
        let signed = if x < T::ZERO { -share } else { share };
        let none = (x == T::ZERO) | (y == T::ZERO);
        *gx += if none { T::ZERO } else { signed };
    }
}
