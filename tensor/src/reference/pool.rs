//! Pooling by its definition.

use crate::Float;
use crate::kernels::pool::PoolShape;
use crate::kernels::window::{PerAxis, for_each_index};

/// Calls `body(y, window)` for each element of y in order, where `window` holds the positions in x of the elements of its window, in row-major order.
fn for_each_window(shape: &PoolShape, mut body: impl FnMut(usize, &[usize])) {
    let outputs: PerAxis<usize> = shape.axes.iter().map(|axis| axis.output).collect();
    let kernel: PerAxis<usize> = shape.axes.iter().map(|axis| axis.kernel).collect();
    let mut window = Vec::new();
    let mut y = 0;
    for b in 0..shape.batch {
        for_each_index(&outputs, |o| {
            for c in 0..shape.channels {
                window.clear();
                for_each_index(&kernel, |t| {
                    let source = shape.axes.iter().zip(o.iter().zip(t)).try_fold(
                        b,
                        |position, (axis, (&o, &t))| {
                            Some(position * axis.input + axis.source(o, t)?)
                        },
                    );
                    window.extend(source.map(|source| source * shape.channels + c));
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
    let all = shape.axes.iter().map(|axis| axis.kernel).product();
    T::from_f64(if count_include_pad { all } else { inside } as f64)
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
