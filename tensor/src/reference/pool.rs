//! Pooling by its definition.

use crate::Float;
use crate::kernels::pool::{PoolAxis, PoolShape};
use crate::kernels::window::{PerAxis, for_each_index};

/// Calls `body(y, window)` for each element of y in order, where `window` holds the positions in x of the elements of its window, in row-major order.
fn for_each_window(shape: &PoolShape, mut body: impl FnMut(usize, &[usize])) {
    let outputs: PerAxis<usize> = shape.axes.iter().map(PoolAxis::output).collect();
    let mut window = Vec::new();
    let mut y = 0;
    for b in 0..shape.batch {
        for_each_index(&outputs, |o| {
            let axes = shape.axes.iter().zip(o);
            let spans: PerAxis<_> = axes.map(|(axis, &o)| axis.window(o)).collect();
            let sizes: PerAxis<usize> = spans.iter().map(|span| span.count).collect();
            for c in 0..shape.channels {
                window.clear();
                for_each_index(&sizes, |t| {
                    let places = spans.iter().zip(t).map(|(span, &t)| span.at(t));
                    let pixel = shape.axes.iter().zip(places);
                    let pixel = pixel.fold(b, |pixel, (axis, at)| pixel * axis.input() + at);
                    window.push(pixel * shape.channels + c);
                });
                body(y, &window);
                y += 1;
            }
        });
    }
}

/// The maximum of each window and its position: the first among equals, the first NaN if there is one.
pub fn max_pool<T: Float>(shape: &PoolShape, x: &[T], y: &mut [T], indices: &mut [i64]) {
    shape.check_lengths(x.len(), y.len());
    assert_eq!(indices.len(), y.len(), "an index for each element of y");
    for_each_window(shape, |k, window| {
        let mut best = window[0];
        for &i in &window[1..] {
            if x[i] > x[best] || (x[i].is_nan() && !x[best].is_nan()) {
                best = i;
            }
        }
        (y[k], indices[k]) = (x[best], best as i64);
    });
}

/// Adds each `gy` to the position that won its window.
pub fn max_pool_grad<T: Float>(shape: &PoolShape, gy: &[T], indices: &[i64], gx: &mut [T]) {
    shape.check_lengths(gx.len(), gy.len());
    assert_eq!(indices.len(), gy.len(), "an index for each element of gy");
    gx.fill(T::ZERO);
    for (&gy, &index) in gy.iter().zip(indices) {
        gx[index as usize] += gy;
    }
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

/// The average of each window.
pub fn avg_pool<T: Float>(shape: &PoolShape, count_include_pad: bool, x: &[T], y: &mut [T]) {
    shape.check_lengths(x.len(), y.len());
    for_each_window(shape, |k, window| {
        let sum: T = window.iter().map(|&i| x[i]).sum();
        y[k] = sum / divisor(shape, count_include_pad, window.len());
    });
}

/// Spreads each `gy` over its window.
pub fn avg_pool_grad<T: Float>(shape: &PoolShape, count_include_pad: bool, gy: &[T], gx: &mut [T]) {
    shape.check_lengths(gx.len(), gy.len());
    gx.fill(T::ZERO);
    for_each_window(shape, |k, window| {
        let share = gy[k] / divisor(shape, count_include_pad, window.len());
        for &i in window {
            gx[i] += share;
        }
    });
}

/// `(Σ |x|ᵖ)^(1/p)` of each window. Magnitudes are taken relative to the largest, so that no power overflows.
pub fn lp_pool<T: Float>(shape: &PoolShape, p: f64, x: &[T], y: &mut [T]) {
    shape.check_lengths(x.len(), y.len());
    for_each_window(shape, |k, window| {
        y[k] = lp_norm(p, window.iter().map(|&i| x[i]));
    });
}

/// `(Σ |x|ᵖ)^(1/p)` for finite p ≥ 1.
pub(crate) fn lp_norm<T: Float>(p: f64, x: impl Iterator<Item = T> + Clone) -> T {
    let larger = |largest: T, x: T| {
        let size = x.abs();
        if size > largest || size.is_nan() {
            size
        } else {
            largest
        }
    };
    let largest = x.clone().fold(T::ZERO, larger);
    if largest == T::ZERO || !largest.is_finite() {
        return largest;
    }
    // Plain, since the result scales with its arguments: the scale carries no derivative.
    let scale = T::from_f64(largest.primal());
    let sum: T = x.map(|x| power(x.abs() / scale, p)).sum();
    scale * power(sum, 1.0 / p)
}

/// `xᵖ` for x ≥ 0: exact where p is 1 or 2.
pub(crate) fn power<T: Float>(x: T, p: f64) -> T {
    match p {
        0.0 => T::one(),
        0.5 => x.sqrt(),
        1.0 => x,
        2.0 => x * x,
        _ => x.powf(T::from_f64(p)),
    }
}

/// Adds each `gy · sign x · (|x|/y)ᵖ⁻¹` to the elements of its window; nothing where `y` is 0.
pub fn lp_pool_grad<T: Float>(shape: &PoolShape, p: f64, [x, y, gy]: [&[T]; 3], gx: &mut [T]) {
    shape.check_lengths(gx.len(), gy.len());
    shape.check_lengths(x.len(), y.len());
    gx.fill(T::ZERO);
    for_each_window(shape, |k, window| {
        for &i in window {
            if y[k] != T::ZERO && x[i] != T::ZERO {
                let share = gy[k] * power(x[i].abs() / y[k], p - 1.0);
                gx[i] += if x[i] < T::ZERO { -share } else { share };
            }
        }
    });
}
