//! Shapes, conventions, and every fast path against the reference over a grid of geometries.

use super::{PoolAxis, PoolGeometry, PoolKernels, PoolShape};
use crate::kernels::{available_levels, with_level};
use crate::{Float, reference};

/// Small whole numbers, so that windows have ties.
fn numbers<T: Float>(count: usize, seed: usize) -> Vec<T> {
    (0..count)
        .map(|i| T::from_f64(((i * 7919 + seed) * 104_729 % 1000 / 100) as f64 - 5.0))
        .collect()
}

fn check<T: Float>(shape: &PoolShape) {
    let (x_len, y_len): (usize, usize) = (
        shape.input().iter().product(),
        shape.output().iter().product(),
    );
    let mut x = numbers::<T>(x_len, 1);
    if x_len > 40 {
        x[x_len / 2] = T::NAN;
        x[x_len / 2 + 1] = T::NEG_INFINITY;
    }
    let gy = numbers::<T>(y_len, 2);
    let bits = |x: &[T]| x.iter().map(|x| x.primal().to_bits()).collect::<Vec<_>>();
    let near = |got: &[T], expected: &[T]| {
        let close = |(g, e): (&T, &T)| {
            (g.primal() - e.primal()).abs() <= 1e-5 * (1.0 + e.primal().abs())
                || g.primal().is_nan() && e.primal().is_nan()
                || g == e
        };
        assert!(
            got.iter().zip(expected).all(close),
            "{got:?}, expected {expected:?}: {shape:?}"
        );
    };
    let (mut y, mut at) = (numbers(y_len, 3), vec![-7; y_len]);
    reference::pool::max_pool(shape, &x, &mut y, &mut at);
    let mut gx = numbers(x_len, 3);
    reference::pool::max_pool_grad(shape, &gy, &at, &mut gx);
    for level in available_levels() {
        with_level(level, || {
            let (mut got, mut got_at) = (numbers(y_len, 4), vec![-9; y_len]);
            T::max_pool(shape, &x, &mut got, &mut got_at);
            assert!(bits(&got) == bits(&y) && got_at == at, "{shape:?}");
            let mut got = numbers(x_len, 4);
            T::max_pool_grad(shape, &gy, &at, &mut got);
            near(&got, &gx);
            for include in [false, true] {
                let (mut got, mut expected) = (numbers(y_len, 4), numbers(y_len, 5));
                reference::pool::avg_pool(shape, include, &x, &mut expected);
                T::avg_pool(shape, include, &x, &mut got);
                near(&got, &expected);
                let (mut got, mut expected) = (numbers(x_len, 4), numbers(x_len, 5));
                reference::pool::avg_pool_grad(shape, include, &gy, &mut expected);
                T::avg_pool_grad(shape, include, &gy, &mut got);
                near(&got, &expected);
            }
            for p in [1.0, 2.0, 2.5] {
                let (mut got, mut expected) = (numbers(y_len, 4), numbers(y_len, 5));
                reference::pool::lp_pool(shape, p, &x, &mut expected);
                T::lp_pool(shape, p, &x, &mut got);
                near(&got, &expected);
                let y = expected;
                let (mut got, mut expected) = (numbers(x_len, 4), numbers(x_len, 5));
                reference::pool::lp_pool_grad(shape, p, [&x, &y, &gy], &mut expected);
                T::lp_pool_grad(shape, p, [&x, &y, &gy], &mut got);
                near(&got, &expected);
            }
        });
    }
}

fn shape2(
    x: [usize; 4],
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [(usize, usize); 2],
) -> PoolShape {
    let geometry = PoolGeometry::new(&kernel).stride(stride).padding(padding);
    PoolShape::new("max_pool2d", &x, &geometry).unwrap()
}

#[test]
fn geometries_agree_with_the_reference() {
    for channels in [1, 3, 8, 37] {
        for kernel in [[2, 2], [3, 3], [1, 3], [3, 2]] {
            for stride in [[1, 1], [2, 2], [3, 1], [4, 5]] {
                for padding in [[(0, 0), (0, 0)], [(0, 0), (1, 1)], [(0, 0), (0, 1)]] {
                    let shape = shape2([2, 7, 9, channels], kernel, stride, padding);
                    check::<f32>(&shape);
                    check::<f64>(&shape);
                }
            }
        }
    }
    check::<f32>(&shape2([0, 4, 4, 3], [2, 2], [2, 2], [(0, 0), (0, 0)]));
    check::<f32>(&shape2([2, 4, 4, 0], [2, 2], [2, 2], [(0, 0), (0, 0)]));
    check::<f32>(&shape2([1, 1, 1, 5], [3, 3], [1, 1], [(2, 2), (1, 1)]));
    check::<f32>(&shape2([1, 6, 5, 5], [6, 5], [1, 1], [(0, 0), (0, 0)]));
    check::<f32>(&shape2([40, 24, 24, 64], [2, 2], [2, 2], [(0, 0), (0, 0)]));
    let geometry = PoolGeometry::new(&[3]).stride(2).padding([(1, 2)]);
    check::<f32>(&PoolShape::new("max_pool1d", &[3, 11, 4], &geometry).unwrap());
    let geometry = PoolGeometry::new(&[2, 1, 3])
        .stride([1, 2, 2])
        .padding([0, 0, 1]);
    check::<f64>(&PoolShape::new("max_pool3d", &[2, 3, 4, 5, 6], &geometry).unwrap());
}

#[test]
fn windows_with_gaps_agree_with_the_reference() {
    for channels in [1, 8, 37] {
        for dilation in [[2, 1], [1, 3], [3, 2]] {
            for stride in [[1, 1], [2, 3]] {
                for padding in [[(0, 0), (0, 0)], [(1, 2), (1, 0)], [(2, 1), (0, 1)]] {
                    let geometry = PoolGeometry::new(&[3, 2]).stride(stride);
                    let geometry = geometry.dilation(dilation).padding(padding);
                    let shape = PoolShape::new("pool", &[2, 9, 7, channels], &geometry).unwrap();
                    check::<f32>(&shape);
                    check::<f64>(&shape);
                }
            }
        }
    }
    let geometry = PoolGeometry::new(&[3, 1, 2])
        .dilation([1, 5, 2])
        .padding([2, 0, 1]);
    check::<f64>(&PoolShape::new("pool", &[2, 4, 4, 5, 6], &geometry).unwrap());
}

/// What the reference and the fast paths share, where a window's elements are, by the formula of the window, tap by tap.
#[test]
fn windows_are_where_the_formula_puts_them() {
    for input in 1..7 {
        for (kernel, stride, dilation) in [(1, 1, 1), (3, 1, 1), (2, 1, 3), (3, 2, 2), (4, 3, 2)] {
            for padding in [(0, 0), (1, 0), (2, 1), (3, 3), (5, 0)] {
                let geometry = PoolGeometry::new(&[kernel]).stride(stride);
                let geometry = geometry.dilation(dilation).padding([padding]);
                let length = (kernel - 1) * dilation + 1;
                let padded = input + padding.0 + padding.1;
                let windows = (0..padded.saturating_sub(length - 1)).step_by(stride);
                let inside = |start: usize| {
                    let taps = (0..kernel).map(|t| start + t * dilation);
                    let inside = taps.filter_map(|at| at.checked_sub(padding.0));
                    inside.filter(|&at| at < input).collect::<Vec<_>>()
                };
                let expected: Vec<_> = windows.map(inside).collect();
                let works =
                    !expected.is_empty() && expected.iter().all(|window| !window.is_empty());
                match PoolShape::new("pool", &[1, input, 1], &geometry) {
                    Ok(shape) => {
                        let axis = shape.axes[0];
                        let at = |o| {
                            let span = axis.window(o);
                            (0..span.count).map(|t| span.at(t)).collect()
                        };
                        let got: Vec<Vec<usize>> = (0..axis.output()).map(at).collect();
                        assert!(works && got == expected, "{input} {geometry:?}: {got:?}");
                    }
                    Err(error) => {
                        let much = padding.0.max(padding.1) >= length;
                        assert!(!works || much, "{input} {geometry:?}: {error}");
                    }
                }
            }
        }
    }
}

#[test]
fn adaptive_windows_agree_with_the_reference() {
    for channels in [1, 8, 37] {
        for output in [[1, 1], [3, 4], [7, 9], [8, 2]] {
            let shape = PoolShape::adaptive("pool", &[2, 7, 9, channels], &output).unwrap();
            check::<f32>(&shape);
            check::<f64>(&shape);
        }
    }
    check::<f32>(&PoolShape::adaptive("pool", &[2, 5, 3], &[2]).unwrap());
    check::<f32>(&PoolShape::adaptive("pool", &[0, 5, 3], &[2]).unwrap());
    check::<f32>(&PoolShape::adaptive("pool", &[2, 3, 4, 5, 6], &[2, 2, 3]).unwrap());
}

#[test]
fn adaptive_windows_cover_the_axis_in_order() {
    for (input, output) in [(1, 1), (7, 3), (3, 7), (10, 4), (usize::MAX >> 1, 3)] {
        let axis = PoolAxis::Adaptive { input, output };
        let mut end = 0;
        for o in 0..output {
            let window = axis.window(o);
            assert!(window.first <= end && window.count > 0, "{axis:?} {o}");
            end = window.first + window.count;
        }
        assert_eq!(end, input);
    }
}

#[test]
fn the_first_of_equal_elements_wins() {
    let shape = shape2([1, 2, 2, 1], [2, 2], [2, 2], [(0, 0), (0, 0)]);
    let (mut y, mut at) = ([0.0], [0]);
    f32::max_pool(&shape, &[1.0, 3.0, 3.0, 3.0], &mut y, &mut at);
    assert_eq!((y, at), ([3.0], [1]));
    f32::max_pool(&shape, &[f32::NEG_INFINITY; 4], &mut y, &mut at);
    assert_eq!((y, at), ([f32::NEG_INFINITY], [0]));
    f32::max_pool(&shape, &[1.0, f32::NAN, 7.0, f32::NAN], &mut y, &mut at);
    assert!(y[0].is_nan() && at == [1]);
}

#[test]
fn averages_count_padding_or_not() {
    let shape = shape2([1, 2, 2, 1], [2, 2], [2, 2], [(1, 1), (1, 1)]);
    let x = [1.0, 2.0, 3.0, 4.0_f32];
    let mut y = [0.0; 4];
    f32::avg_pool(&shape, false, &x, &mut y);
    assert_eq!(y, x);
    f32::avg_pool(&shape, true, &x, &mut y);
    assert_eq!(y, x.map(|x| x / 4.0));
}

#[test]
fn what_does_not_fit_is_named() {
    let refused = |x: &[usize], geometry: &PoolGeometry| {
        let error = PoolShape::new("max_pool1d", x, geometry).unwrap_err();
        error.to_string()
    };
    let error = |x: &[usize], kernel: usize, padding: (usize, usize)| {
        let geometry = PoolGeometry::new(&[kernel]).stride(1).padding([padding]);
        refused(x, &geometry)
    };
    assert_eq!(
        error(&[1, 5, 1], 2, (2, 0)),
        "max_pool1d: padding (2, 0) has to be smaller than the window of 2 on each side"
    );
    assert!(error(&[1, 5], 2, (0, 0)).contains("[batch, 1 sizes, channels], got [1, 5]"));
    assert!(error(&[1, 0, 1], 1, (0, 0)).contains("empty"));
    assert!(error(&[1, 3, 1], 4, (0, 0)).contains("covers 4 elements"));
    let spread = PoolGeometry::new(&[2]).stride(1).dilation(3);
    assert_eq!(
        refused(&[1, 5, 1], &spread.clone().padding(4)),
        "max_pool1d: padding (4, 4) has to be smaller than the window of 4 on each side"
    );
    // Two elements three apart around an axis of one: the first window has it, the second doesn't.
    assert_eq!(
        refused(&[1, 1, 1], &spread.clone().padding([(3, 1)])),
        "max_pool1d: window 1 of 2 elements with dilation 3 sees nothing but padding (3, 1): give at most dilation 1, the size of the axis, \
         or less padding"
    );
    assert!(PoolShape::new("max_pool1d", &[1, 1, 1], &spread.clone().padding([(3, 0)])).is_ok());
    assert!(refused(&[1, 5, 1], &spread.dilation([1, 1])).contains("got 1, 1, 2 and 1"));
    // Sizes that nobody has are refused too, and soon.
    let huge = PoolGeometry::new(&[1 << 40]).stride(2).dilation(2);
    assert!(PoolShape::new("max_pool1d", &[1, 1, 1], &huge.padding([(1 << 41, 0)])).is_err());
}
