//! The p-norm of each window: powers are summed plainly, and once more relative to the largest where that left the range of the type.

use super::PoolShape;
use super::fast::{Image, by_images, by_runs};
use super::windows::Windows;
use crate::kernels::product::Fast;
use crate::kernels::simd::{self, Kernel, Vector};
use crate::reference::pool::{lp_norm, power};

pub(super) fn lp_pool<T: Fast>(shape: &PoolShape, p: f64, x: &[T], y: &mut [T]) {
    by_runs(shape, x, y, |windows, y| {
        simd::run(LpPool {
            windows,
            channels: shape.channels,
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
    by_images(shape, gy, gx, |image, gx| {
        simd::run(LpPoolGrad {
            channels: shape.channels,
            p,
            x,
            y: &y[image.results.clone()],
            gy: &gy[image.results.clone()],
            image,
            gx,
        });
    });
}

struct LpPoolGrad<'a, T> {
    image: Image<'a>,
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
            image,
            channels,
            p,
            x,
            y,
            gy,
            gx,
        } = self;
        let (mut windows, first) = (image.windows, image.first);
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
